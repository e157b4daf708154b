package check_test

import (
	"time"

	"github.com/enoki-go/enoki/test/chaos/history"
	"github.com/enoki-go/enoki/test/chaos/plan"
	"github.com/enoki-go/enoki/test/chaos/role"
)

// emitted is an event that was emitted and acknowledged.
func (t *tale) emitted(ms int64, id, event string, fails int) {
	t.add(ms, history.Fact{Kind: history.Sent, ID: id, Method: event, Limit: limit, Fails: fails, From: "emitter-0.0"})
	t.stored(ms+1, id, event)
}

func (t *tale) stored(ms int64, id, event string) {
	t.add(ms, history.Fact{Kind: history.Submitted, ID: id, Method: event, Took: time.Millisecond, From: "emitter-0.0"})
}

// refused is what an emitter says of an event that was not stored.
func (t *tale) refused(ms int64, id, event, errs string, full bool) {
	t.add(ms, history.Fact{Kind: history.Sent, ID: id, Method: event, Limit: limit, From: "filler-0.0"})
	t.add(ms+1, history.Fact{Kind: history.Submitted, ID: id, Method: event, Error: errs, Full: full, Took: time.Millisecond, From: "filler-0.0"})
}

// handled is a run of a method, of 2 ms.
func (t *tale) handled(ms int64, id, method, process, errs string) {
	t.begins(ms, id, method, process, 1)
	t.ends(ms+2, id, method, process, errs)
}

func (t *tale) begins(ms int64, id, method, process string, attempt int) {
	t.add(ms, history.Fact{Kind: history.Began, ID: id, Method: method, Attempt: attempt, From: process})
}

func (t *tale) ends(ms int64, id, method, process, errs string) {
	t.add(ms, history.Fact{Kind: history.Ended, ID: id, Method: method, Error: errs, From: process})
}

func (t *tale) found(kind history.Kind, id, method string, fails int) {
	t.add(50_000, history.Fact{Kind: kind, ID: id, Method: method, Fails: fails, From: "collector-0.0"})
}

// failed is an event that fails for ever.
func (t *tale) failed(ms int64, id, event, method string) {
	t.emitted(ms, id, event, role.Always)
	for n := range int64(role.Attempts) {
		t.handled(ms+10+10*n, id, method, "worker-1.0", role.Planned)
	}
	t.found(history.Buried, id, method, 0)
}

// processes are ready; faults befall them without an event.
func (t *tale) processes() {
	t.ready(-20_000, "broker-0.0")
	for _, p := range []string{"worker-0.0", "worker-1.0", "worker-2.0"} {
		t.launched(-10_000, p)
	}
	t.struck(20_000, "worker-2.0", plan.Term)
	t.exited(20_200, "worker-2.0", 0)
	t.launched(20_500, "worker-2.1")
	t.struck(25_000, "worker-1.0", plan.Double)
	t.exited(25_010, "worker-1.0", 130)
	t.launched(25_500, "worker-1.1")
	t.add(40_000, history.Fact{Kind: history.LoadDone, From: "suite"})
}

// frozenAndEnded is a broadcast that does not reach an instance which is frozen then, and
// told to end at a time.
func (t *tale) frozenAndEnded(ms int64) {
	t.struck(30_000, "worker-0.1", plan.Freeze)
	t.add(33_000, history.Fact{Kind: history.Resumed, Process: "worker-0.1", From: "suite"})
	t.emitted(31_000, "asleep", role.Notice, 0)
	for _, p := range []string{"worker-1.1", "worker-2.1"} {
		t.handled(31_010, "asleep", role.OnNotice, p, "")
	}
	t.struck(ms, "worker-0.1", plan.Term)
	t.exited(ms+10, "worker-0.1", 0)
}

// launched is a process that starts, and is ready at once.
func (t *tale) launched(ms int64, process string) {
	t.add(ms, history.Fact{Kind: history.Started, Process: process, From: "suite"})
	t.ready(ms+1, process)
}

// eventPeace is a history of events without violations.
func eventPeace() *tale {
	t := &tale{}
	t.processes()
	t.emitted(10, "fine", role.Done, 0)
	t.handled(12, "fine", role.OnDone, "worker-0.0", "")
	t.handled(12, "fine", role.OnDoneToo, "worker-1.0", "")
	t.failed(20, "bad", role.Done, role.OnDone)
	t.handled(22, "bad", role.OnDoneToo, "worker-2.0", "")
	t.emitted(30, "news", role.Notice, 0)
	t.handled(32, "news", role.OnNotice, "worker-1.0", "")
	t.handled(32, "news", role.OnNotice, "worker-2.0", "")
	t.emitted(40, "full-0", role.Excess, 0)
	t.handled(41_000, "full-0", role.OnExcess, "late-0.1", "")
	t.refused(41, "full-1", role.Excess, "stream is full", true)
	t.orders()
	t.killedAtWork()
	t.emittedAcrossOutage()
	t.emitted(19_990, "last", role.Done, 0)
	t.begins(19_995, "last", role.OnDone, "worker-2.0", 1)
	t.ends(20_100, "last", role.OnDone, "worker-2.0", "")
	t.handled(19_995, "last", role.OnDoneToo, "worker-1.0", "")
	return t
}

// orders are one with an effect and one that is dead, and one that is both without an
// inbox.
func (t *tale) orders() {
	t.found(history.Committed, "row", "", 0)
	t.found(history.Effect, "row", role.OnPlaced, 0)
	t.found(history.Effect, "row", role.OnPlacedNaive, 0)
	t.found(history.Effect, "row", role.OnPlacedNaive, 0)
	t.found(history.Committed, "bad-row", "", role.Always)
	t.found(history.Buried, "bad-row", role.OnPlaced, 0)
	t.found(history.Effect, "bad-row", role.OnPlacedNaive, 0)
}

// killedAtWork is an event whose process is killed, and whose acknowledgement was lost
// with another handler.
func (t *tale) killedAtWork() {
	t.emitted(990, "survivor", role.Done, 0)
	t.begins(992, "survivor", role.OnDone, "worker-0.0", 1)
	t.handled(992, "survivor", role.OnDoneToo, "worker-0.0", "")
	t.struck(1000, "worker-0.0", plan.Kill)
	t.exited(1001, "worker-0.0", -1)
	t.launched(2000, "worker-0.1")
	t.begins(31_000, "survivor", role.OnDone, "worker-1.1", 2)
	t.ends(31_002, "survivor", role.OnDone, "worker-1.1", "")
	t.handled(31_000, "survivor", role.OnDoneToo, "worker-1.1", "")
}

// emittedAcrossOutage is a broadcast that instances get when the broker is back.
func (t *tale) emittedAcrossOutage() {
	t.emitted(9998, "flash", role.Notice, 0)
	t.struck(10_000, "broker-0.0", plan.Broker)
	t.exited(10_001, "broker-0.0", -1)
	t.ready(12_000, "broker-0.1")
	for _, p := range []string{"worker-0.1", "worker-1.0", "worker-2.0"} {
		t.handled(13_000, "flash", role.OnNotice, p, "")
	}
}
