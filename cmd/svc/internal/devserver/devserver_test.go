package devserver_test

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/enoki-go/enoki/cmd/svc/internal/devserver"
)

// TestMain is the process that Ensure starts, too: one that says something, and ends.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "fail" {
		_, _ = io.WriteString(os.Stderr, "no room\n")
		os.Exit(3)
	}
	goleak.VerifyTestMain(m)
}

var errTaken = errors.New("the port is taken")

// lamp is a server that a test switches.
type lamp struct{ stopped bool }

func (*lamp) AwaitIdle(context.Context, time.Duration) error { return nil }
func (l *lamp) Stop()                                        { l.stopped = true }

// shared returns a server of a kind that answers as is said, and starts as start does.
func shared(t *testing.T, answer devserver.Answer, start func() (devserver.Server, error)) devserver.Shared {
	t.Helper()
	return devserver.Shared{
		Kind: devserver.Kind{
			Name: "lamp", Says: "a lamp", Cure: "choose another address",
			Probe:   func(context.Context, string) devserver.Answer { return answer },
			Start:   func(string, string, io.Writer) (devserver.Server, error) { return start() },
			Passing: func(err error) bool { return errors.Is(err, errTaken) },
		},
		Addr: "127.0.0.1:1", Home: t.TempDir(), Command: []string{"lamp", "fail"},
	}
}

func TestServerThatAnswersIsNotStartedAgain(t *testing.T) {
	t.Parallel()
	s := shared(t, devserver.Ours, nil)
	if started, err := s.Ensure(t.Context()); started || err != nil {
		t.Errorf("have %t, %v, want the one that is there", started, err)
	}
}

func TestWhyNoServerCanBeHadIsSaid(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, addr string
		answer     devserver.Answer
		want       []string
	}{
		{"a stranger", "127.0.0.1:1", devserver.Stranger, []string{"something that is not a lamp listens at 127.0.0.1:1", "choose another address"}},
		{"another machine", "192.0.2.1:1", devserver.Nobody, []string{"none answers at 192.0.2.1:1", "on this machine only"}},
		{"no address", "here", devserver.Nobody, []string{`want host:port, have "here"`}},
		{"it ends at once", "localhost:1", devserver.Nobody, []string{"it ended: exit status 3", "ends with\nno room"}},
	} {
		s := shared(t, tt.answer, nil)
		s.Addr = tt.addr
		_, err := s.Ensure(t.Context())
		for _, want := range tt.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: have %v, want %s", tt.name, err, want)
			}
		}
	}
}

func TestServerThatIsIdleStopsAndTakesItsPidAlong(t *testing.T) {
	t.Parallel()
	l := new(lamp)
	s := shared(t, devserver.Nobody, func() (devserver.Server, error) { return l, nil })
	if err := s.Serve(t.Context(), time.Minute, io.Discard); err != nil || !l.stopped {
		t.Errorf("have %v, stopped %t", err, l.stopped)
	}
	if _, err := os.Stat(filepath.Join(s.Home, "pid")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the pid file: have %v, want none", err)
	}
}

func TestPredecessorIsWaitedForAndAnotherServerYieldedTo(t *testing.T) {
	t.Parallel()
	tries := 0
	s := shared(t, devserver.Nobody, func() (devserver.Server, error) {
		if tries++; tries < 3 {
			return nil, errTaken
		}
		return new(lamp), nil
	})
	if err := s.Serve(t.Context(), time.Minute, io.Discard); err != nil || tries != 3 {
		t.Errorf("have %v after %d tries, want 3", err, tries)
	}
	wrong := errors.New("no such folder")
	refused := func() (devserver.Server, error) { return nil, wrong }
	if err := shared(t, devserver.Ours, refused).Serve(t.Context(), time.Minute, io.Discard); err != nil {
		t.Errorf("where another answers: have %v, want none", err)
	}
	if err := shared(t, devserver.Nobody, refused).Serve(t.Context(), time.Minute, io.Discard); !errors.Is(err, wrong) {
		t.Errorf("what does not pass: have %v, want %v", err, wrong)
	}
}

func TestIdleBeginsWhenTheLastClientHasLeft(t *testing.T) {
	t.Parallel()
	const idle = 8 * time.Second
	for name, tt := range map[string]struct {
		clients func(time.Duration) (ever uint64, now int) // at a time from the start
		want    time.Duration
	}{
		"nobody ever":                 {func(time.Duration) (uint64, int) { return 0, 0 }, idle},
		"one that stays a while":      {func(d time.Duration) (uint64, int) { return 1, btoi(d <= 20*time.Second) }, 28 * time.Second},
		"one that came and went soon": {func(d time.Duration) (uint64, int) { return uint64(btoi(d >= 5*time.Second)), 0 }, 13 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				err := devserver.AwaitIdle(t.Context(), idle, func() (uint64, int) { return tt.clients(time.Since(began)) })
				if have := time.Since(began); err != nil || have != tt.want {
					t.Errorf("have %v after %v, want %v", err, have, tt.want)
				}
			})
		})
	}
}

func TestIdlingEndsWithItsContext(t *testing.T) {
	t.Parallel()
	why := errors.New("interrupted")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(why)
	if err := devserver.AwaitIdle(ctx, time.Hour, func() (uint64, int) { return 0, 0 }); !errors.Is(err, why) {
		t.Errorf("have %v, want %v", err, why)
	}
}

// btoi is 1 for true.
func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
