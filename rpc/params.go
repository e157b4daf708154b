package rpc

import (
	"errors"
	"fmt"

	"github.com/enoki-go/enoki/codec"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/fault"
)

// params decodes bodies into the parameters of a method.
type params struct{ codec.Parameters }

// paramsOf returns those of m; names is its tag key args.
func paramsOf(names []string, m *entrypoint.Method) params {
	return params{codec.Parameters{Names: names, Types: m.In, Required: m.Required(), Optional: m.Optional, Hide: m.Hide}}
}

// decode fills into, one pointer per parameter. form is the header Svc-Args.
func (p params) decode(c codec.Codec, data []byte, form string, into []any) error {
	err := p.Decode(c, data, codec.Form(form), into)
	if _, ok := errors.AsType[*codec.FormError](err); ok {
		return fmt.Errorf("header %s: %w", headerArgs, err)
	}
	if errors.Is(err, codec.ErrUnnamed) {
		return fmt.Errorf("%w: its marker names none (tag key args)", err)
	}
	return err
}

// refuse returns why a body was not taken, as the caller is told.
func (p params) refuse(method string, err error) *fault.Error {
	if malformed, ok := errors.AsType[*codec.MalformedError](err); ok {
		return ErrMalformed.Explain("call of %s: %v", method, malformed)
	}
	return ErrBadArguments.Explain("call of %s: %v", p.Signature(method), err)
}
