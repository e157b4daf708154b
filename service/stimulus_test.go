package service_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/entrypoint"
)

// ringing is a stimulus that notes what it is told.
type ringing struct {
	w    *world
	call entrypoint.Call
}

// ring returns the call of a stimulus.
func (w *world) ring(p *point) *entrypoint.Call {
	r := &ringing{w: w, call: *p.call()}
	r.call.Stimulus = r
	return &r.call
}

func (*ringing) Decode([]any) error { return nil }
func (r *ringing) Interrupt()       { r.w.note("interrupted") }
func (r *ringing) Done(out any, err error) {
	r.w.note("done: %v, %v", out, err)
}

func TestStimulusIsToldTheOutcomeWhereDoneIsNil(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(entrypoint.Host, *entrypoint.Call) error{
		"spawned": func(h entrypoint.Host, c *entrypoint.Call) error { return h.Spawn(t.Context(), c, nil) },
		"queued":  func(h entrypoint.Host, c *entrypoint.Call) error { return h.Queue(c, nil) },
		"tried": func(h entrypoint.Host, c *entrypoint.Call) error {
			return map[bool]error{false: errors.New("no worker is free")}[h.TrySpawn(c, nil)]
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := startWorld(t, &shop{})
				w.forget()
				p := w.point("shop.Buy")
				if err := start(p.host, w.ring(p)); err != nil {
					t.Fatal(err)
				}
				synctest.Wait()
				w.wantHistory("acquire A", "acquire B", "method", "release B: <nil>", "release A: <nil>", "done: bought, <nil>")
			})
		})
	}
}

func TestStimulusIsToldThatItsCallWillNotRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := startWorld(t, &shop{}, "workers: 1")
		w.on("method", ignoring(time.Second))
		p := w.point("shop.Buy")
		w.spawn("shop.Buy")
		w.forget()
		c := w.ring(p)
		c.Deadline = time.Now().Add(time.Millisecond)
		if err := p.host.Queue(c, nil); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Millisecond)
		if have := w.history(); !cmp.Equal(have[len(have)-1:], []string{"done: <nil>, " + entrypoint.ErrExpired.Error()}) {
			t.Errorf("have %v, want the refusal last", have)
		}
	})
}

func TestStimulusIsInterruptedWhereInterruptIsNil(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		own  func()
		want []string
	}{
		"stimulus alone":              {nil, []string{"interrupted", "ended"}},
		"Interrupt before a stimulus": {func() {}, []string{"ended"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, &shop{})
				w.on("method", w.noting)
				w.start()
				p := w.point("shop.Buy")
				c := w.ring(p)
				c.Interrupt = tt.own
				if err := p.host.Queue(c, nil); err != nil {
					t.Fatal(err)
				}
				synctest.Wait()
				w.app.Kill()
				w.stop()
				if diff := cmp.Diff(tt.want, w.interruptions()); diff != "" {
					t.Errorf("interruptions (-want +have):\n%s", diff)
				}
			})
		})
	}
}
