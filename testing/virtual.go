package svctest

import (
	"runtime"
	"testing"
	"testing/synctest"
	"time"
)

// Virtual runs f with virtual time: while all that f has started waits, the clock
// jumps to what is waited for, so that a retry after 24 hours takes about a second.
// Services, broker, streams and timers are the real ones:
//
//	func TestReportIsTriedAgainTheNextDay(t *testing.T) {
//		svctest.Virtual(t, func(t *testing.T) {
//			w := svctest.New(t, &Reports{})
//			…
//			time.Sleep(24 * time.Hour)
//			synctest.Wait()
//			…
//		})
//	}
//
// f runs in a bubble of testing/synctest, whose rules hold: the clock begins at
// midnight UTC of 1 January 2000, t.Run, t.Parallel and t.Deadline may not be called,
// and what f started must have ended when f and its cleanups have. Call
// synctest.Wait before you read what other goroutines wrote.
//
// [Call], World.Client and Waiter.Wait wait for a week where they wait for 10 seconds
// otherwise: to see what happens next, expect it and wait.
//
// In the bubble a broker has no socket; [World.Client], rpc.Dial and broker.Dial
// reach it by its URL, other libraries do not. A real socket stops the clock, so
// PostgreSQL, Redis and HTTP over a port are out of reach. Where the clock has stood
// still for 10 seconds of real time the test binary ends and says who stopped it.
//
// The process is all the bubble's: Virtual waits until the brokers of parallel tests
// have ended, and theirs wait for the end of f. It fails the test where one of the
// test itself is still up, or others do not end within a minute.
func Virtual(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	if inBubble() {
		t.Fatalf("svctest.Virtual is called in a bubble of testing/synctest; want it called outside")
	}
	leave, err := process.enterBubble(t.Name())
	if err != nil {
		t.Fatalf("svctest.Virtual: %v", err)
	}
	defer leave()
	defer takeBrokerTime()()
	emptyPools()
	defer emptyPools()
	defer oneProcessor()()
	guard := newWatchdog(t.Name(), stillLimit, endProcess)
	defer guard.stop()
	synctest.Test(t, func(t *testing.T) {
		end := make(chan struct{})
		go keepBrokerTime(end, guard.progress) // ends with the cleanup
		t.Cleanup(func() {
			time.Sleep(aftermath)
			close(end)
		})
		guard.start()
		f(t)
	})
}

// aftermath is longer than anything waits that has nothing more to do: goroutines
// of a connection or a broker that was closed.
const aftermath = time.Minute

// emptyPools drops what is in a sync.Pool: a timer or a channel of a bubble may not
// be used outside, and one from outside stops the clock of a bubble. It takes two
// collections, the first only moves it to where it is still found.
func emptyPools() {
	runtime.GC()
	runtime.GC()
}

// oneProcessor lets one goroutine run at a time. Two that read timers of a bubble at
// the same instant crash the race detector: https://go.dev/issue/78156.
func oneProcessor() (restore func()) {
	before := runtime.GOMAXPROCS(1)
	return func() { runtime.GOMAXPROCS(before) }
}

// inBubble reports whether the caller is in a bubble of testing/synctest: there the
// clock begins at the year 2000.
func inBubble() bool { return time.Now().Year() < 2020 }
