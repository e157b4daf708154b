package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/cmd/svc/internal/launch"
	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/rpc"
)

// The first thing a newcomer does with help is to copy a line of it.
func TestHelpOfEveryVerbBeginsWithTwoExamples(t *testing.T) {
	t.Setenv("SVC_DEV_BROKER", "") // help shows the address
	for _, cmd := range withChildren(newRoot()) {
		var lines []string
		for line := range strings.Lines(help(t, cmd)) {
			lines = append(lines, line)
		}
		if len(lines) < 3 || lines[0] != "Examples:\n" || !strings.HasPrefix(lines[1], "  svc ") || !strings.HasPrefix(lines[2], "  svc ") {
			t.Errorf("%s: help begins with %q, want two examples", cmd.CommandPath(), lines[:min(3, len(lines))])
		}
		for _, line := range lines {
			if len([]rune(line)) > 101 {
				t.Errorf("%s: line of %d columns in help, want at most 100: %s", cmd.CommandPath(), len(line)-1, line)
			}
		}
	}
}

func withChildren(cmd *cobra.Command) []*cobra.Command {
	all := []*cobra.Command{cmd}
	for _, child := range cmd.Commands() {
		all = append(all, withChildren(child)...)
	}
	return all
}

func help(t *testing.T, cmd *cobra.Command) string {
	t.Helper()
	var out strings.Builder
	cmd.SetOut(&out)
	if err := cmd.Help(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestExitCodesTellFailuresApart(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		err  error
		want int
	}{
		{"nothing", nil, 0},
		{"anything", errors.New("x"), 1},
		{"compile error", &launch.CompileError{Output: "x"}, 1},
		{"usage", asUsage(newRoot(), errors.New("x")), 2},
		{"target not found", fmt.Errorf("run: %w", &launch.NotFoundError{Text: "x"}), 3},
		{"nobody there", rpc.ErrUnknownService, 3},
		{"no such method", rpc.ErrUnknownMethod, 3},
		{"nobody free", rpc.ErrOverloaded, 3},
		{"nobody any more", rpc.ErrStopping, 3},
		{"no connection", broker.ErrDisconnected, 3},
		{"no room in the queue", broker.ErrFull, 3},
		{"nothing is stored", broker.ErrNoJetStream, 3},
		{"no result any more", rpc.ErrNoResult.Explain("x"), 3},
		{"nobody who handles an event", fmt.Errorf("emit: %w", events.ErrNoHandler), 3},
		{"no such dead letter", events.ErrNoLetter.Explain("x"), 3},
		{"what is no event", events.ErrBadEvent.Explain("x"), 2},
		{"not stored in time", events.ErrNotStored, 5},
		{"bad arguments", rpc.ErrBadArguments.Explain("x"), 2},
		{"too many of them", broker.ErrTooLarge, 2},
		{"credentials", fmt.Errorf("call: %w", broker.ErrRefused.Explain("x")), 4},
		{"no answer in time", rpc.ErrTimeout, 5},
		{"not begun in time", rpc.ErrExpired, 5},
		{"no result yet", fmt.Errorf("result: %w", rpc.ErrPending.Because(context.DeadlineExceeded)), 5},
		{"an instance that was lost", rpc.ErrWorkerLost, 6},
		{"a result that does not fit", rpc.ErrBadResult, 6},
		{"a method's own invalid", &fault.Error{Code: fault.Invalid}, 6},
		{"a method's own denied", &fault.Error{Code: fault.Denied}, 6},
		{"a method's own unauthenticated", &fault.Error{Code: fault.Unauthenticated}, 6},
		{"a method's own timeout", &remoteError{&fault.Error{Code: fault.Timeout, Name: "bank.slow"}}, 6},
		{"a method's own unavailable", &fault.Error{Code: fault.Unavailable}, 6},
		{"a method's own canceled", &remoteError{&fault.Error{Code: fault.Canceled}}, 6},
		{"interrupted", fmt.Errorf("go build: %w", context.Canceled), 130},
		{"interrupted while a result is waited for", &remoteError{rpc.ErrPending.Because(context.Canceled)}, 130},
		{"own code", fmt.Errorf("run: %w", exitWith(42, nil)), 42},
		{"usage of a usage error", asUsage(newRoot(), asUsage(newRoot(), errors.New("x"))), 2},
	} {
		if have := exitCode(tt.err); have != tt.want {
			t.Errorf("%s (%v): have %d, want %d", tt.name, tt.err, have, tt.want)
		}
	}
}

func TestErrorsArePrintedOnce(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		err  error
		want string
	}{
		{"nothing", nil, ""},
		{"an error", errors.New("connect: refused"), "svc: connect: refused\n"},
		{"what the compiler says stays as it is", &launch.CompileError{Output: "x.go:1:2: no\n"}, "x.go:1:2: no\n"},
		{"what a child has said", exitWith(7, nil), ""},
		{"an interrupt", context.Canceled, ""},
		{"on the lines that were meant", errors.New("a\n  b\x1b[2J\u009b\r"), "svc: a\n  b\\x1b[2J\\x9b\\r\n"},
		{"others on one line", &remoteError{errors.New("a\nsvc: b")}, "svc: a\\nsvc: b\n"},
		{"usage says where to look", asUsage(newRoot(), errors.New("what?")), "svc: what?\nsee: svc --help\n"},
	} {
		var out strings.Builder
		printError(&out, tt.err)
		if out.String() != tt.want {
			t.Errorf("%s: have %q, want %q", tt.name, out.String(), tt.want)
		}
	}
}
