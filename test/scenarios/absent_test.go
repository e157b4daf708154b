//go:build linux

package scenarios_test

import (
	"strings"
	"syscall"
	"testing"
	"time"
)

// wantSaid checks how a command ended and what it complained of.
func (o outcome) wantSaid(t *testing.T, code int, parts ...string) {
	t.Helper()
	if o.code != code {
		t.Errorf("have exit code %d and %q, want %d", o.code, o.stderr, code)
	}
	for _, part := range parts {
		if !strings.Contains(o.stderr, part) {
			t.Errorf("have %q, want %q in it", o.stderr, part)
		}
	}
}

func TestUnknownServiceIsAnsweredAtOnce(t *testing.T) {
	w := newWorld(t)
	w.run(slow)
	w.run("./testdata/hello1")
	for _, tt := range []struct {
		name   string
		method string
		parts  []string
	}{
		{"nothing like it", "nosuch.x", []string{`"nosuch"`, "greeting_service", "slow"}},
		{"misspelt", "slwo.work", []string{`"slwo"`, `did you mean "slow"?`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := w.svc("call", tt.method)
			o.wantSaid(t, 3, tt.parts...)
			wantBetween(t, "the answer", o.took, 0, within(time.Second))
		})
	}
}

func TestKnownServiceThatHasStoppedIsWaitedFor(t *testing.T) {
	w := newWorld(t)
	p := w.run(slow)
	w.prints("call", "slow.work", "n=1", "ms=1")
	p.Signal(syscall.SIGTERM)
	p.Exits(0)
	o := w.svc("call", "slow.work", "n=2", "ms=1", "--timeout", "2s")
	o.wantSaid(t, 5, "slow.work", "--timeout")
	wantBetween(t, "the wait", o.took, 2*time.Second, within(3*time.Second))
}

func TestCallWaitsForAServiceThatRestarts(t *testing.T) {
	w := newWorld(t)
	p := w.run(slow)
	w.prints("call", "slow.work", "n=900", "ms=1") // it has been there long enough to be known
	p.Signal(syscall.SIGTERM)
	p.Exits(0)
	calls := w.begin(w.client(), 5, wave)
	w.run(slow)
	calls.collect()
	w.wantOnce(calls.first)
}
