package svctest

import (
	"fmt"
	"regexp"
	"runtime"
	"strings"
	"sync/atomic"
	"time"
)

// watchdog sees to it that a bubble whose clock stands still is heard of. It runs
// outside the bubble, by real time.
type watchdog struct {
	test   string
	limit  time.Duration // for which the clock may stand still while nobody computes
	report func(message string)
	bubble atomic.Pointer[string] // as in a dump of goroutines; nil before start
	ticks  atomic.Int64           // of the clock
	quit   chan struct{}
	ended  chan struct{}
}

// stillLimit is how long the clock may stand still.
const stillLimit = 10 * time.Second

// newWatchdog begins to watch. report is called once.
func newWatchdog(test string, limit time.Duration, report func(message string)) *watchdog {
	w := &watchdog{test: test, limit: limit, report: report, quit: make(chan struct{}), ended: make(chan struct{})}
	go w.watch() // stop waits for it
	return w
}

// endProcess is what is left to do: no goroutine of the bubble goes on, and other
// tests have neither the clock nor the pools that they need.
func endProcess(message string) {
	panic(message) //nolint:forbidigo // as package testing does with a test that takes too long
}

// start tells which bubble it is: that of the caller.
func (w *watchdog) start() {
	header := make([]byte, 200)
	header = header[:runtime.Stack(header, false)]
	if name := bubbleName.Find(header); name != nil {
		name := string(name)
		w.bubble.Store(&name)
	}
}

var bubbleName = regexp.MustCompile(`, synctest bubble \d+\]:`)

// progress is called whenever the clock has gone on.
func (w *watchdog) progress() { w.ticks.Add(1) }

func (w *watchdog) stop() {
	close(w.quit)
	<-w.ended
}

func (w *watchdog) watch() {
	defer close(w.ended)
	look := time.NewTicker(w.limit / 10)
	defer look.Stop()
	seen, since := int64(0), time.Now()
	for {
		select {
		case <-w.quit:
			return
		case <-look.C:
		}
		if ticks := w.ticks.Load(); ticks != seen {
			seen, since = ticks, time.Now()
		}
		if still := time.Since(since); still >= w.limit && w.stuck(still) {
			return
		}
	}
}

// stuck reports a bubble in which nobody computes.
func (w *watchdog) stuck(still time.Duration) bool {
	bubble := w.bubble.Load()
	if bubble == nil {
		return false
	}
	who, stuck := holders(stacks(), *bubble)
	if stuck {
		w.report(fmt.Sprintf(stillMessage, w.test, still.Round(time.Millisecond), strings.Join(who, "\n\n")))
	}
	return stuck
}

const stillMessage = `svctest.Virtual: the clock of %s has stood still for %v.
Virtual time goes on while every goroutine of the bubble waits for another or for a timer. What waits for something else stops it: a real socket (PostgreSQL, Redis, HTTP, a broker that is not of svctest), a system call, a mutex, or a channel that was made outside. It was stopped by

%s

`

// holders returns the goroutines of a bubble that stop its clock. They are stuck where
// none of them computes.
func holders(dump, bubble string) (who []string, stuck bool) {
	for g := range strings.SplitSeq(dump, "\n\n") {
		header, _, _ := strings.Cut(g, "\n")
		if !strings.HasSuffix(header, bubble) || strings.Contains(header, "(durable)") {
			continue
		}
		if strings.Contains(header, "[running") || strings.Contains(header, "[runnable") {
			return nil, false
		}
		who = append(who, g)
	}
	return who, len(who) > 0
}

// stacks returns the stacks of all goroutines.
func stacks() string {
	for size := 1 << 20; ; size *= 2 {
		b := make([]byte, size)
		if n := runtime.Stack(b, true); n < size {
			return string(b[:n])
		}
	}
}
