//go:build linux

package scenarios_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/rpc"
)

const (
	// wave is how long a call works that takes 5 s in the list of scenarios.
	wave = 400 * time.Millisecond
	// longWave is the same where something has to happen during the calls.
	longWave = 800 * time.Millisecond
	// deadline is what a call is given; the list promises an answer for 10 s.
	deadline = 15 * time.Second
)

// fullScale returns the length of a wave in a test that can be run as the list of
// scenarios has it.
func fullScale(scaled time.Duration) time.Duration {
	if os.Getenv("ENOKI_FULL_SCALE") == "1" {
		return 5 * time.Second
	}
	return scaled
}

// trials says how often a test of chance is repeated.
func trials(t *testing.T, usual int) int {
	t.Helper()
	text := os.Getenv("ENOKI_TRIALS")
	if text == "" {
		return usual
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("ENOKI_TRIALS: have %q, want a number of 1 or more", text)
	}
	return n
}

// within returns the limit that is promised where the tests of chance repeat, which
// is when figures are taken, and else one with room for a machine that is busy.
func within(promised time.Duration) time.Duration {
	if os.Getenv("ENOKI_TRIALS") != "" {
		return promised
	}
	return promised + 2*time.Second
}

// A batch is calls under way, numbered from first on.
type batch struct {
	w       *world
	first   int
	began   time.Time
	pending []*rpc.Pending[rpc.Result]
}

// begin starts count calls of slow.work at once.
func (w *world) begin(c *rpc.Standalone, count int, work time.Duration) *batch {
	w.t.Helper()
	ctx := await.Within(w.t, deadline)
	b := &batch{w: w, first: w.calls, began: time.Now()}
	w.calls += count
	for i := range count {
		b.pending = append(b.pending, c.Proxy("slow").Async(ctx, "work", b.first+i, work.Milliseconds()))
	}
	return b
}

// awaitStarts returns once every call of the batch works.
func (b *batch) awaitStarts() {
	b.w.t.Helper()
	b.w.awaitStarts(b.first, len(b.pending))
}

// awaitAge returns once the calls are so old: what happens to them in the list
// happens after 2 of 5 seconds.
func (b *batch) awaitAge(age time.Duration) {
	b.w.t.Helper()
	timer := time.NewTimer(time.Until(b.began.Add(age)))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-b.w.t.Context().Done():
	}
}

// answers are the results of a batch.
type answers struct {
	t    *testing.T
	pids []int // who answered each call
	took time.Duration
}

// collect waits for all results; each has to be there and to be that of its call.
func (b *batch) collect() answers {
	b.w.t.Helper()
	a := answers{t: b.w.t, pids: make([]int, len(b.pending))}
	var errs []error
	for i, p := range b.pending {
		result, err := p.Result(b.w.t.Context())
		var n int
		if err == nil {
			err = result.Decode(&n, &a.pids[i])
		}
		if err == nil && n != b.first+i {
			err = fmt.Errorf("have result %d, want %d", n, b.first+i)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("call %d after %v: %w", b.first+i, time.Since(b.began).Round(time.Millisecond), err))
		}
	}
	a.took = time.Since(b.began)
	if len(errs) > 0 {
		b.w.t.Errorf("%d of %d calls failed, want none:\n%v", len(errs), len(b.pending), some(errs))
	}
	return a
}

// some is what there is to be read of many errors.
func some(errs []error) error { return errors.Join(errs[:min(10, len(errs))]...) }

// spread returns how many calls each process answered, fewest first.
func (a answers) spread() []int {
	counts := make(map[int]int)
	for _, pid := range a.pids {
		if pid != 0 { // of a call that failed
			counts[pid]++
		}
	}
	return slices.Sorted(maps.Values(counts))
}

// wantSpread checks how many calls each process answered, fewest first.
func (a answers) wantSpread(want []int) {
	a.t.Helper()
	if have := a.spread(); !slices.Equal(have, want) {
		a.t.Errorf("the processes answered %v calls, want %v", have, want)
	}
}

// wantWaves checks that the calls took so many waves: one more would take its whole
// length, and up to there a busy machine is no failure.
func (a answers) wantWaves(waves int, length time.Duration) {
	a.t.Helper()
	wantBetween(a.t, "all calls", a.took, time.Duration(waves)*length, time.Duration(waves+1)*length-1)
}

// wantOneWave checks that the calls took one wave, and not half a one more.
func (a answers) wantOneWave(length time.Duration) {
	a.t.Helper()
	wantBetween(a.t, "all calls", a.took, length, length*3/2)
}

func wantBetween(t *testing.T, what string, have, low, high time.Duration) {
	t.Helper()
	if have < low || have > high {
		t.Errorf("%s took %v, want %v to %v", what, have.Round(time.Millisecond), low, high)
	}
}

// fromShell makes count calls of slow.work as a user does, in a script.
func (w *world) fromShell(count int, work time.Duration) answers {
	w.t.Helper()
	text := w.prints("shell", "-c", fmt.Sprintf(`
began = time()
calls = [n.rpc.slow.work.call_async(i, %d) for i in range(%d)]
results = [c.result() for c in calls]
print(json.encode({"results": results, "took": time() - began}))
`, work.Milliseconds(), count))
	var said struct {
		Results [][2]int
		Took    float64
	}
	if err := json.Unmarshal([]byte(text), &said); err != nil {
		w.t.Fatalf("the shell said %q: %v", text, err)
	}
	a := answers{t: w.t, took: time.Duration(said.Took * float64(time.Second))}
	for i, r := range said.Results {
		a.pids = append(a.pids, r[1])
		if r[0] != i {
			w.t.Errorf("result %d is %d, want the results in the order of the calls", i, r[0])
		}
	}
	if len(said.Results) != count {
		w.t.Errorf("have %d results, want %d", len(said.Results), count)
	}
	return a
}
