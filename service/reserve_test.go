package service_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/entrypoint"
)

// reserve asks for a worker and returns where it arrives.
func (p *point) reserve() (granted <-chan entrypoint.Slot, withdraw func() bool) {
	slots := make(chan entrypoint.Slot, 2) // one more than is right
	return slots, p.host.Reserve(func(s entrypoint.Slot) { slots <- s })
}

// free reports whether a worker is, which runs a call.
func (p *point) free() bool { return p.host.TrySpawn(p.call(), func(any, error) {}) }

func TestGrantedWorkerIsKeptUntilItIsUsed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := startWorld(t, &shop{}, "workers: 1")
		p, answers := w.point("shop.Buy"), make(chan outcome, 1)
		granted, withdraw := p.reserve()
		s := <-granted
		if withdraw() {
			t.Error("withdraw was in time, want too late: the worker is granted")
		}
		if p.free() {
			t.Error("a worker is free, want the only one kept")
		}
		if !s.Run(p.call(), to(answers)) {
			t.Fatal("Run = false, want the worker")
		}
		if o := <-answers; o.out != "bought" || o.err != nil {
			t.Errorf("the call was answered with %v, %v", o.out, o.err)
		}
		synctest.Wait()
		if !p.free() {
			t.Error("no worker is free after the call")
		}
	})
}

func TestReservationWaitsBehindCallsInLine(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newDraining(t, "workers: 1", ignoring(time.Second))
		p, began := d.point("shop.Buy"), time.Now()
		d.spawn("shop.Buy")
		granted, _ := p.reserve()
		for range 3 { // though they come later
			if err := p.host.Queue(p.call(), func(any, error) {}); err != nil {
				t.Fatal(err)
			}
		}
		s := <-granted
		if after := time.Since(began); after != 4*time.Second {
			t.Errorf("granted after %v, want 4s, after the calls", after)
		}
		s.Release()
	})
}

// Where calls are short, one in line is left to a worker that is about to be free
// though another is; that one is not given away meanwhile.
func TestReservationWaitsBehindACallThatIsLeftToABusyWorker(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newDraining(t, "workers: 2", ignoring(10*time.Microsecond))
		p := d.point("shop.Buy")
		<-d.spawn("shop.Buy") // from now on they are known to be short
		synctest.Wait()
		d.spawn("shop.Buy")
		if err := p.host.Queue(p.call(), func(any, error) {}); err != nil {
			t.Fatal(err)
		}
		granted, _ := p.reserve()
		synctest.Wait()
		if len(granted) != 0 {
			t.Error("the reservation was granted, want the call in line before it")
		}
		(<-granted).Release()
	})
}

// One whose own limit is reached lets others pass; the rest keep their order.
func TestReservationsAreGrantedInOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := startWorld(t, newHall(), "workers: 3")
		var order []string
		slots := make(map[string]entrypoint.Slot)
		reserve := func(name, method string) {
			w.point(method).host.Reserve(func(s entrypoint.Slot) {
				order = append(order, name)
				slots[name] = s
			})
			synctest.Wait()
		}
		reserve("few 1", "hall.Few") // two workers
		reserve("few 2", "hall.Few")
		reserve("few 3", "hall.Few")
		reserve("any 1", "hall.Any")
		reserve("any 2", "hall.Any")
		reserve("few 4", "hall.Few")
		reserve("any 3", "hall.Any")
		for _, name := range []string{"any 1", "any 2", "few 1", "few 2"} {
			slots[name].Release()
			synctest.Wait()
		}
		if diff := cmp.Diff([]string{"few 1", "few 2", "any 1", "any 2", "any 3", "few 3", "few 4"}, order); diff != "" {
			t.Errorf("granted (-want +have):\n%s", diff)
		}
	})
}

func TestWithdrawnReservationIsNotGranted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := startWorld(t, &shop{}, "workers: 1")
		p := w.point("shop.Buy")
		first, _ := p.reserve()
		s := <-first
		second, withdraw := p.reserve()
		third, _ := p.reserve()
		if first, again := withdraw(), withdraw(); !first || !again {
			t.Errorf("withdraw = %t, then %t, want in time", first, again)
		}
		s.Release()
		(<-third).Release()
		synctest.Wait()
		if len(second) != 0 {
			t.Error("the reservation was granted after it had been withdrawn")
		}
	})
}

// A worker is used once, and a holder that is confused takes none from others.
func TestReleasedWorkerGoesToACallInLine(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := startWorld(t, &shop{}, "workers: 1")
		p, answers := w.point("shop.Buy"), make(chan outcome, 1)
		granted, _ := p.reserve()
		s := <-granted
		waiting, _ := p.reserve()
		if err := p.host.Queue(p.call(), to(answers)); err != nil {
			t.Fatal(err)
		}
		s.Release()
		<-answers
		(<-waiting).Release()
	})
}

func TestPanicOfWhoIsGrantedAWorkerGivesItBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := startWorld(t, &shop{}, "workers: 1")
		p := w.point("shop.Buy")
		p.host.Reserve(func(entrypoint.Slot) { panic("ouch") })
		synctest.Wait()
		if !p.free() {
			t.Error("no worker is free, want the one that was granted given back")
		}
		r := w.logged("the entrypoint panicked when it was given the worker that it reserved")
		if len(r) != 1 || fmt.Sprint(r[0]["error"]) != "panic: ouch" {
			t.Errorf("the log says %v, want the panic", r)
		}
	})
}

// Never more than the limits at once, nothing lost, whoever asks how.
