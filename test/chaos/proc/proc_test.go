package proc_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"testing"

	"go.uber.org/goleak"

	"github.com/enoki-go/enoki/test/chaos/proc"
)

// TestMain lets this binary be its own child: one that repeats what it is told.
func TestMain(m *testing.M) {
	if text, child := os.LookupEnv(proc.Variable); child {
		fmt.Println(text)
		for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
			fmt.Println(lines.Text())
		}
		os.Exit(7)
	}
	goleak.VerifyTestMain(m)
}

func start(t *testing.T) (*proc.Family, *proc.Child) {
	t.Helper()
	family := proc.NewFamily(t.TempDir())
	t.Cleanup(family.Close)
	c, err := family.Start(proc.Spec{Name: "echo-0.0", Setup: "hello"})
	if err != nil {
		t.Fatal(err)
	}
	wantLine(t, c, "hello")
	return family, c
}

func wantLine(t *testing.T, c *proc.Child, want string) {
	t.Helper()
	if have, err := c.Line(t.Context()); err != nil || have != want {
		t.Fatalf("line of %s: have %q and %v, want %q", c.Name, have, err, want)
	}
}

func TestChildHearsAndAnswers(t *testing.T) {
	_, c := start(t)
	if err := c.Say("word"); err != nil {
		t.Fatal(err)
	}
	wantLine(t, c, "word")
}

func TestExitCodeOfAChildIsKept(t *testing.T) {
	_, c := start(t)
	c.HangUp()
	if code, at := c.Exit(); code != 7 || at.IsZero() {
		t.Errorf("exit: have %d at %v, want 7", code, at)
	}
	if line, err := c.Line(t.Context()); err == nil {
		t.Errorf("line of a child that is gone: have %q, want an error", line)
	}
}

func TestKilledChildHasNoExitCode(t *testing.T) {
	_, c := start(t)
	c.Signal(syscall.SIGKILL)
	if code, _ := c.Exit(); code != -1 {
		t.Errorf("exit code: have %d, want -1", code)
	}
	c.Signal(syscall.SIGKILL) // hits nobody
}

func TestCloseEndsAFrozenChildAndStartsNoMore(t *testing.T) {
	family, c := start(t)
	c.Signal(syscall.SIGSTOP)
	family.Close()
	select {
	case <-c.Exited():
	default:
		t.Error("Close has returned while the child lives")
	}
	if _, err := family.Start(proc.Spec{Name: "late"}); !errors.Is(err, proc.ErrClosed) {
		t.Errorf("start after Close: have error %v, want %v", err, proc.ErrClosed)
	}
}

func TestWaitingEndsWithItsContext(t *testing.T) {
	_, c := start(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Line(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("line: have error %v, want %v", err, context.Canceled)
	}
	if err := c.Await(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("await: have error %v, want %v", err, context.Canceled)
	}
}
