package rpc

import (
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/enoki-go/enoki/broker"
)

// came returns a call that has just arrived.
func came(key string) *request {
	return &request{msg: &broker.Msg{Reply: key}, received: time.Now()}
}

// told are the calls whose callers were told who has them.
type told struct {
	mu   sync.Mutex // guards keys
	keys []string
}

func (l *told) note(r *request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.keys = append(l.keys, r.msg.Reply)
}

// accepting returns a ledger and the calls that it accepts.
func accepting(t *testing.T) (*ledger, *told) {
	t.Helper()
	callers := &told{}
	l := newLedger(callers.note)
	t.Cleanup(l.stop)
	return l, callers
}

func wantTold(t *testing.T, callers *told, want ...string) {
	t.Helper()
	synctest.Wait()
	callers.mu.Lock()
	defer callers.mu.Unlock()
	if !slices.Equal(callers.keys, want) {
		t.Fatalf("have %q told, want %q", callers.keys, want)
	}
}

func TestCallIsAcceptedOnceAfterTwentyMilliseconds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l, callers := accepting(t)
		l.begin(came("a"))
		time.Sleep(10 * time.Millisecond)
		l.begin(came("b"))
		time.Sleep(acceptAfter - 10*time.Millisecond - 1)
		wantTold(t, callers)
		time.Sleep(time.Nanosecond)
		wantTold(t, callers, "a")
		time.Sleep(10 * time.Millisecond)
		wantTold(t, callers, "a", "b")
		time.Sleep(time.Minute)
		wantTold(t, callers, "a", "b")
		l.begin(came("c"))
		time.Sleep(acceptAfter)
		wantTold(t, callers, "a", "b", "c")
	})
}

func TestCallThatHasEndedIsNotAccepted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l, callers := accepting(t)
		calls := []*request{came("a"), came("b"), came("c"), came("d"), came("e")}
		for _, r := range calls {
			l.begin(r)
		}
		for _, at := range []int{0, 2, 4} { // first, middle, last
			l.end(calls[at], nil)
		}
		time.Sleep(acceptAfter)
		wantTold(t, callers, "b", "d")
	})
}

func TestCallThatRunsIsKnown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l, _ := accepting(t)
		r := came("a")
		if known, answered := l.begin(r); known != nil || answered != nil {
			t.Fatalf("at first: have %v, %v, want neither", known, answered)
		}
		if known, _ := l.begin(came("a")); known != r {
			t.Errorf("again: have %v, want the call that runs", known)
		}
		if known, _ := l.find("a"); known != r {
			t.Errorf("asked for: have %v, want the call that runs", known)
		}
		if known, answered := l.find("b"); known != nil || answered != nil {
			t.Errorf("another: have %v, %v, want neither", known, answered)
		}
	})
}

func TestAnswerIsFoundInPlaceOfItsCall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l, _ := accepting(t)
		r := came("a")
		l.begin(r)
		if !l.end(r, &broker.Msg{Subject: "a", Data: []byte("done")}) {
			t.Error("the first answer is not to be sent")
		}
		if known, answered := l.begin(came("a")); known != nil || answered == nil || string(answered.body) != "done" {
			t.Errorf("have %v, %v, want the answer", known, answered)
		}
	})
}

// Red with code that counts from when the call came: the answer to one that took
// a minute would be gone the moment it is there.
func TestAnswerIsKeptForAMinuteHoweverLongItTook(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l, _ := accepting(t)
		r := came("a")
		l.begin(r)
		time.Sleep(time.Hour)
		l.end(r, &broker.Msg{Subject: "a"})
		time.Sleep(answersKept)
		if _, answered := l.find("a"); answered == nil {
			t.Errorf("%v after the answer: have none, want it", answersKept)
		}
		time.Sleep(time.Nanosecond)
		if _, answered := l.find("a"); answered != nil {
			t.Errorf("after more than %v: have %v, want none", answersKept, answered)
		}
	})
}

// Red with code that keeps the answer before it looks whether it is one: what an
// interrupted run returned would be sent when its caller asks.
func TestAnswerOfACallThatWasHandedBackIsDropped(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l, _ := accepting(t)
		r := came("a")
		l.begin(r)
		if !l.end(r, nil) {
			t.Error("handed back: have false, want true")
		}
		if l.end(r, &broker.Msg{Subject: "a"}) {
			t.Error("answered after that: have true, want false")
		}
		if known, answered := l.find("a"); known != nil || answered != nil {
			t.Errorf("have %v, %v, want neither", known, answered)
		}
	})
}

func TestAnsweredCallIsNotHandedBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l, _ := accepting(t)
		r := came("a")
		l.begin(r)
		l.end(r, &broker.Msg{Subject: "a"})
		if l.end(r, nil) {
			t.Error("have true, want false")
		}
	})
}

// Red with code that lets a call end once: the answer that stands in for one that
// is more than the broker takes would never be sent.
func TestSecondAnswerTakesThePlaceOfTheFirst(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l, _ := accepting(t)
		r := came("a")
		l.begin(r)
		l.end(r, &broker.Msg{Subject: "a", Data: []byte("too large")})
		if !l.end(r, &broker.Msg{Subject: "a", Data: []byte("it was too large")}) {
			t.Error("the second answer is not to be sent")
		}
		if _, answered := l.find("a"); answered == nil || string(answered.body) != "it was too large" {
			t.Errorf("have %v, want the second answer", answered)
		}
	})
}

func TestStoppedLedgerAcceptsNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l, callers := accepting(t)
		l.begin(came("a"))
		l.stop()
		l.begin(came("b"))
		time.Sleep(time.Minute)
		wantTold(t, callers)
	})
}
