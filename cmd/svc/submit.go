package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/cmd/svc/internal/present"
	"github.com/enoki-go/enoki/internal/suggest"
	"github.com/enoki-go/enoki/rpc"
)

// maxLifetime is how long durable calls are kept.
const maxLifetime = 24 * time.Hour

// submitAll stores the calls and prints their handles.
func (f *callFlags) submitAll(ctx context.Context, cmd *cobra.Command, client *rpc.Standalone, target string, args []any) error {
	if err := foresee(ctx, client.Connection(), target, newNotes(cmd.ErrOrStderr(), false)); err != nil {
		return err
	}
	jobs := client.Jobs().Timeout(f.lifetime)
	for range f.repeat {
		h, err := jobs.Submit(ctx, target, args...)
		if err != nil {
			return &remoteError{err}
		}
		if err := printHandle(cmd.OutOrStdout(), h, f.json); err != nil {
			return err
		}
	}
	return nil
}

// foresee refuses a call of a method that a running service does not have: it
// would be stored, and its caller told when it is too late. A service that is not
// running may come, so it is only told of.
func foresee(ctx context.Context, conn *broker.Conn, target string, note func(string)) error {
	service, method, _ := strings.Cut(target, ".")
	rows, err := discover(ctx, conn, service)
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		note(absent(ctx, conn, service))
		return nil
	}
	var methods []string
	for _, r := range rows {
		for _, m := range r.Methods {
			methods = append(methods, m.Name)
		}
	}
	if slices.Contains(methods, method) {
		return nil
	}
	text := fmt.Sprintf("unknown method %q of %s", method, service)
	if hint := suggest.Hint(method, methods); hint != "" {
		return &remoteError{fmt.Errorf("submit %s: %w", target, rpc.ErrUnknownMethod.Explain("%s; %s", text, hint))}
	}
	return &remoteError{fmt.Errorf("submit %s: %w", target, rpc.ErrUnknownMethod.Explain("%s; its methods are %s", text, suggest.List(methods)))}
}

// absent says that a call will wait for its service.
func absent(ctx context.Context, conn *broker.Conn, service string) string {
	text := fmt.Sprintf("no instance of %s is running: the call waits until one is", service)
	names, err := conn.Services(ctx)
	if hint := suggest.Hint(service, names); err == nil && hint != "" {
		text += "; " + hint
	}
	return present.Safe(text)
}

// submitted is a call that was stored.
type submitted struct {
	Handle rpc.Handle `json:"handle"`
	ID     string     `json:"id"` // which logs call call_id
}

// printHandle writes a handle on a line.
func printHandle(out io.Writer, h rpc.Handle, asJSON bool) error {
	if !asJSON {
		_, err := fmt.Fprintln(out, h)
		return err
	}
	return printValue(out, submitted{h, h.ID()})
}
