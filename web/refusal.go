package web

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/enoki-go/enoki/entrypoint"
)

var (
	errClosed  = statusError{http.StatusServiceUnavailable, "the service starts or stops; try again"}
	errCrowded = statusError{http.StatusServiceUnavailable, "too many requests wait already; try again"}
)

// declined returns what a client can make of a call that its host did not begin, nil where
// err is something else.
func declined(err error) error {
	switch {
	case !entrypoint.Refused(err):
		return nil
	case errors.Is(err, entrypoint.ErrStopping):
		return errClosed
	case errors.Is(err, entrypoint.ErrBusy):
		return errCrowded
	default:
		return nil
	}
}

// refusal is declined for calls that may also run out of the time that key has given them.
// cut says that err is how a method ends whose time is over.
func refusal(c *entrypoint.Call, err error, cut bool, within time.Duration, key string) error {
	late := !c.Deadline.IsZero() && !time.Now().Before(c.Deadline)
	expired := entrypoint.Refused(err) && errors.Is(err, entrypoint.ErrExpired)
	if expired || late && cut {
		return statusError{http.StatusGatewayTimeout, fmt.Sprintf("no answer within %v (%s)", within, key)}
	}
	return declined(err)
}
