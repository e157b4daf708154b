package web

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/enoki-go/enoki/codec"
	"github.com/enoki-go/enoki/entrypoint"
)

// arguments says how the data of a frame becomes the parameters of a method: as the body
// of a call does, see docs/protocol.md.
type arguments struct{ codec.Parameters }

// argumentsOf returns those of m; names is its tag key args.
func argumentsOf(names []string, m *entrypoint.Method) arguments {
	return arguments{codec.Parameters{Names: names, Types: m.In, Required: m.Required(), Optional: m.Optional, Hide: m.Hide}}
}

// decode fills into, one pointer per parameter. Data that is absent is no arguments.
func (a arguments) decode(data []byte, into []any) error {
	err := a.Decode(codec.JSON, data, codec.Unsaid, into)
	if errors.Is(err, codec.ErrUnnamed) {
		err = fmt.Errorf("%w, want an array", err)
	}
	if err != nil {
		return statusError{http.StatusBadRequest, "data: " + err.Error()}
	}
	return nil
}
