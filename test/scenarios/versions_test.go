//go:build linux

package scenarios_test

import (
	"encoding/json"
	"fmt"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/enoki-go/enoki/rpc"
)

// greet makes calls from the shell, five at once as the list does, and returns how
// many each version answered.
func (w *world) greet(count int) (first, second int) {
	w.t.Helper()
	text := w.prints("shell", "-c", fmt.Sprintf(`
said = []
for first in range(0, %d, 5):
    calls = [n.rpc.greeting_service.hello.call_async(str(first + i)) for i in range(5)]
    said += [c.result() for c in calls]
print(json.encode(said))
`, count))
	var said []string
	if err := json.Unmarshal([]byte(text), &said); err != nil || len(said) != count {
		w.t.Fatalf("the shell said %q (%v), want %d greetings", text, err, count)
	}
	for i, have := range said {
		switch want := fmt.Sprintf("Hello, %d!", i); have {
		case want:
			first++
		case want + " (version 2)":
			second++
		default:
			w.t.Errorf("have %q, want %q of either version", have, want)
		}
	}
	return first, second
}

func TestS10TwoVersionsSideBySideShareTheCalls(t *testing.T) {
	w := newWorld(t)
	w.run("./testdata/hello1")
	w.run("./testdata/hello2")
	w.greet(5)
	first, second := w.greet(200)
	if first < 70 || first > 130 {
		t.Errorf("the versions answered %d and %d of 200 calls, want 35 %% to 65 %% each", first, second)
	}
}

// traffic is callers that call one after the other until they are told to stop.
type traffic struct {
	t      *testing.T
	calls  atomic.Int64
	stop   chan struct{}
	ending sync.WaitGroup

	mu   sync.Mutex // guards errs
	errs []error
}

// call starts callers; they end with halt.
func (w *world) call(c *rpc.Standalone, callers int) *traffic {
	w.t.Helper()
	tr := &traffic{t: w.t, stop: make(chan struct{})}
	for range callers {
		tr.ending.Go(func() {
			for {
				select {
				case <-tr.stop:
					return
				default:
					tr.once(c.Proxy("slow"))
				}
			}
		})
	}
	return tr
}

// once makes one call of 20 ms and keeps what was wrong with it.
func (tr *traffic) once(p rpc.Proxy) {
	call := int(tr.calls.Add(1))
	result, err := p.Call(tr.t.Context(), "work", call, 20)
	var n, pid int
	if err == nil {
		err = result.Decode(&n, &pid)
	}
	if err == nil && n != call {
		err = fmt.Errorf("have result %d, want %d", n, call)
	}
	if err != nil {
		tr.mu.Lock()
		defer tr.mu.Unlock()
		tr.errs = append(tr.errs, fmt.Errorf("call %d: %w", call, err))
	}
}

// halt ends the traffic; none of it may have failed.
func (tr *traffic) halt(least int64) {
	tr.t.Helper()
	close(tr.stop)
	tr.ending.Wait()
	made := tr.calls.Load()
	tr.t.Logf("%d calls were made", made)
	if len(tr.errs) > 0 {
		tr.t.Errorf("%d of %d calls failed, want none:\n%v", len(tr.errs), made, some(tr.errs))
	}
	if made < least {
		tr.t.Errorf("have %d calls, want %d or more", made, least)
	}
}

func TestS11RollingDeployFailsAndRepeatsNoCall(t *testing.T) {
	w := newWorld(t)
	old := []*process{w.run(slow), w.run(slow)}
	tr := w.call(w.client(), 15)
	for range 4 {
		w.awaitStarts(0, int(tr.calls.Load())+30) // in the middle of the traffic
		old = append(old, w.run(slow))
		old[0].Signal(syscall.SIGTERM)
		old[0].Exits(0)
		old = old[1:]
	}
	w.awaitStarts(0, int(tr.calls.Load())+30)
	tr.halt(150)
	w.wantOnce(0)
}
