package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/cmd/svc/internal/launch"
	"github.com/enoki-go/enoki/cmd/svc/internal/present"
	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/rpc"
)

// Exit codes of svc. They are part of its interface.
const (
	exitOK          = 0
	exitFailure     = 1
	exitUsage       = 2
	exitNotFound    = 3 // also: nobody there to take a call, or no room for it
	exitAuth        = 4 // the broker refuses the credentials
	exitTimeout     = 5 // no answer in time
	exitRemote      = 6 // the remote method answered with an error
	exitInterrupted = 130
)

// An exitError ends svc with a code of its own.
type exitError struct {
	code int
	err  error // nil if the user has been told already
}

func (e *exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit code %d", e.code)
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// exitWith returns an error for a code; nil for 0. A nil err means that nothing
// is left to say.
func exitWith(code int, err error) error {
	if code == exitOK {
		return nil
	}
	return &exitError{code, err}
}

// asUsage marks err as the user's mistake in calling cmd.
func asUsage(cmd *cobra.Command, err error) error {
	if err == nil {
		return nil
	}
	if _, done := errors.AsType[*exitError](err); done {
		return err
	}
	return exitWith(exitUsage, fmt.Errorf("%w\nsee: %s --help", err, cmd.CommandPath()))
}

// exitCode maps what a verb returned to the code that svc ends with.
func exitCode(err error) int {
	if err == nil {
		return exitOK
	}
	if e, ok := errors.AsType[*exitError](err); ok {
		return e.code
	}
	if _, ok := errors.AsType[*launch.NotFoundError](err); ok {
		return exitNotFound
	}
	if errors.Is(err, context.Canceled) {
		return exitInterrupted
	}
	if e, ok := errors.AsType[*fault.Error](err); ok {
		return faultCode(e)
	}
	return exitFailure
}

// A remoteError is told on one line: others have a say in what it says.
type remoteError struct{ err error }

func (e *remoteError) Error() string { return present.Safe(e.err.Error()) }

func (e *remoteError) Unwrap() error { return e.err }

// faultCode maps the error of a call. What a method answered is remote, whatever
// its code says; the framework's own errors have names, which no method can send.
func faultCode(e *fault.Error) int {
	switch {
	case errors.Is(e, rpc.ErrUnknownService), errors.Is(e, rpc.ErrUnknownMethod),
		errors.Is(e, rpc.ErrStopping), errors.Is(e, rpc.ErrOverloaded), errors.Is(e, rpc.ErrNoResult),
		errors.Is(e, broker.ErrDisconnected), errors.Is(e, broker.ErrClosed),
		errors.Is(e, broker.ErrFull), errors.Is(e, broker.ErrNoJetStream),
		errors.Is(e, events.ErrNoHandler), errors.Is(e, events.ErrNoLetter):
		return exitNotFound
	case errors.Is(e, rpc.ErrBadArguments), errors.Is(e, rpc.ErrMalformed), errors.Is(e, rpc.ErrBadRequest),
		errors.Is(e, broker.ErrTooLarge), errors.Is(e, events.ErrBadEvent):
		return exitUsage
	case errors.Is(e, broker.ErrRefused):
		return exitAuth
	case errors.Is(e, rpc.ErrTimeout), errors.Is(e, rpc.ErrExpired), errors.Is(e, rpc.ErrPending),
		errors.Is(e, events.ErrNotStored):
		return exitTimeout
	default:
		return exitRemote
	}
}

// printError tells the user why svc ends: as `svc: …`, except for the compiler,
// whose words editors parse. Where standard error is closed nobody listens.
func printError(w io.Writer, err error) {
	if err == nil || errors.Is(err, context.Canceled) {
		return
	}
	if e, ok := errors.AsType[*exitError](err); ok && e.err == nil {
		return
	}
	if _, ok := errors.AsType[*launch.CompileError](err); ok {
		_, _ = fmt.Fprintln(w, strings.TrimRight(err.Error(), "\n"))
		return
	}
	_, _ = fmt.Fprintln(w, "svc: "+present.SafeLines(strings.TrimRight(err.Error(), "\n")+identity(err)))
}

// identity returns the code and the name of an error that a method answered, for
// who has to look for it in code.
func identity(err error) string {
	e, ok := errors.AsType[*fault.Error](err)
	if !ok || exitCode(err) != exitRemote {
		return ""
	}
	return " (" + strings.TrimSpace(string(e.Code)+" "+e.Name) + ")"
}
