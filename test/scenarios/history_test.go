//go:build linux

package scenarios_test

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/enoki-go/enoki/internal/await"
)

// An event is one line of the history.
type event struct {
	kind string // start, end or cancel
	pid  int
	call int
	at   time.Time
}

// history reads what has happened so far, in its order.
func (w *world) history() []event {
	w.t.Helper()
	text, err := os.ReadFile(w.record)
	if err != nil && !os.IsNotExist(err) {
		w.t.Fatal(err)
	}
	var all []event
	for line := range strings.Lines(string(text)) {
		kind, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		numbers, err := integers(strings.Fields(rest))
		if err != nil || len(numbers) != 3 {
			w.t.Fatalf("history: have %q (%v), want an event and three numbers", line, err)
		}
		all = append(all, event{kind, numbers[0], numbers[1], time.Unix(0, int64(numbers[2]))})
	}
	return all
}

func integers(texts []string) ([]int, error) {
	numbers := make([]int, len(texts))
	for i, text := range texts {
		var err error
		if numbers[i], err = strconv.Atoi(text); err != nil {
			return nil, err
		}
	}
	return numbers, nil
}

// starts returns when and where each of the calls from first on was started.
func (w *world) starts(first int) map[int][]event {
	w.t.Helper()
	all := make(map[int][]event)
	for _, e := range w.history() {
		if e.kind == "start" && e.call >= first {
			all[e.call] = append(all[e.call], e)
		}
	}
	return all
}

// awaitStarts returns once count calls from first on have been started.
func (w *world) awaitStarts(first, count int) {
	w.t.Helper()
	started := func() bool { return len(w.starts(first)) >= count } // another process writes; it tells nobody
	await.Until(w.t, strconv.Itoa(count)+" calls are started", started, patience)
}

// wantOnce checks that no call from first on was started twice.
func (w *world) wantOnce(first int) {
	w.t.Helper()
	var repeated []int
	for call, starts := range w.starts(first) {
		if len(starts) != 1 {
			repeated = append(repeated, call)
		}
	}
	if len(repeated) > 0 {
		slices.Sort(repeated)
		w.t.Errorf("%d calls were started more than once, want none: %v", len(repeated), repeated[:min(20, len(repeated))])
	}
}

// moved returns how long after since each call that process pid had not ended by
// then was started in another one. Each has to be.
func (w *world) moved(first, pid int, since time.Time) []time.Duration {
	w.t.Helper()
	var all []time.Duration
	var stuck []int
	starts := w.starts(first)
	for _, call := range w.unfinished(first, pid, since) {
		again := slices.IndexFunc(starts[call], func(e event) bool { return e.pid != pid && e.at.After(since) })
		if again < 0 {
			stuck = append(stuck, call)
			continue
		}
		all = append(all, starts[call][again].at.Sub(since))
	}
	if len(stuck) > 0 {
		w.t.Errorf("the calls %v of process %d were not started elsewhere", stuck, pid)
	}
	return all
}

// unfinished returns the calls from first on that process pid had begun and not
// ended at a time.
func (w *world) unfinished(first, pid int, at time.Time) []int {
	w.t.Helper()
	var calls []int
	for _, e := range w.history() {
		if e.pid != pid || e.call < first || e.at.After(at) {
			continue
		}
		if e.kind == "start" {
			calls = append(calls, e.call)
		} else {
			calls = slices.DeleteFunc(calls, func(c int) bool { return c == e.call })
		}
	}
	return calls
}
