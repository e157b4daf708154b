package service

import (
	"context"
	"errors"

	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/fault"
)

// discreet keeps the sensitive arguments of a call out of the text of its error, whoever
// has made it of them.
func discreet(next Handler) Handler {
	return func(ctx context.Context, c *entrypoint.Call) (any, error) {
		out, err := next(ctx, c)
		return out, scrubbed(c, err)
	}
}

// scrubbed returns an error of a call as others may see it. Its text and its message are
// without the arguments; what it was can still be found in it, but the texts of that are
// not to be shown.
func scrubbed(c *entrypoint.Call, err error) error {
	if err == nil || len(c.Method.Sensitive) == 0 {
		return err
	}
	text, crossing, scrub := err.Error(), fault.From(err), c.Scrubber()
	quiet, message := scrub(text), scrub(crossing.Message)
	if quiet == text && message == crossing.Message {
		return err
	}
	if crossing.Class != "" || crossing.Name == "" && !isFault(err) {
		return &concealedError{quiet, err}
	}
	public := *crossing
	public.Message = message
	return &concealedError{quiet, public.Because(&concealedError{message, err})} // says its message once
}

// isFault reports whether a method has given its error a code.
func isFault(err error) bool {
	_, ok := errors.AsType[*fault.Error](err)
	return ok
}

// concealedError is an error whose text is not to be shown as it is.
type concealedError struct {
	text  string
	cause error
}

func (e *concealedError) Error() string { return e.text }
func (e *concealedError) Unwrap() error { return e.cause }

// quietly is scrubbed for an error that nobody has heard yet: it may panic when it is
// asked for its text.
func quietly(call *entrypoint.Call, err error) (quiet error) {
	var none any
	defer recovered(&none, &quiet)
	return scrubbed(call, err)
}
