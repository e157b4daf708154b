package rpc

import (
	"log/slog"
	"strconv"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/entrypoint"
)

// counter is a desk with a host that gives workers when the test says so.
type counter struct {
	entrypoint.Host
	*desk
	wishes    []func(entrypoint.Slot)
	withdrawn int
}

func newCounter() *counter {
	c := &counter{}
	// Offers go nowhere: what is tested is to whom they would.
	c.desk = newDesk(&served{name: "work", host: c, server: &server{conn: &broker.Conn{}, host: c}})
	return c
}

func (*counter) Service() string      { return "shop" }
func (*counter) Instance() string     { return "a" }
func (*counter) Logger() *slog.Logger { return slog.New(slog.DiscardHandler) }

func (c *counter) Reserve(granted func(entrypoint.Slot)) func() bool {
	c.wishes = append(c.wishes, granted)
	return func() bool { c.withdrawn++; return true }
}

// worker is one that notes what became of it.
type worker struct{ released atomic.Int64 }

func (*worker) Run(*entrypoint.Call, entrypoint.Done) bool { return true }
func (w *worker) Release()                                 { w.released.Add(1) }

// offer grants the oldest wish and returns who is offered a worker, and as what.
func (c *counter) offer(t *testing.T) (number, address string, slot *worker) {
	t.Helper()
	if len(c.wishes) != 1 {
		t.Fatalf("have %d wishes, want one at a time", len(c.wishes))
	}
	c.wishes = nil
	slot = &worker{}
	number, address = c.pledge(slot)
	return number, address, slot
}

// offers returns to whom workers are offered as long as somebody waits.
func (c *counter) offers(t *testing.T) (all []string) {
	t.Helper()
	for len(c.wishes) > 0 {
		_, address, _ := c.offer(t)
		all = append(all, address)
	}
	return all
}

func wantOffers(t *testing.T, c *counter, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, c.offers(t)); diff != "" {
		t.Errorf("offers (-want +have):\n%s", diff)
	}
}

func TestWorkersAreOfferedToCallersInTurn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newCounter()
		c.ask("a", 4)
		c.ask("b", 1)
		c.ask("c", 2)
		wantOffers(t, c, "a", "b", "c", "a", "c", "a", "a")
		c.close()
	})
}

func TestNewerTicketTakesThePlaceOfTheOlder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newCounter()
		c.ask("a", 5)
		c.ask("b", 1)
		c.ask("a", 2)
		wantOffers(t, c, "a", "b", "a")
		c.close()
	})
}

func TestTicketOfNoneTakesTheOthersBack(t *testing.T) {
	t.Parallel()
	for _, none := range []int{0, -1} {
		synctest.Test(t, func(t *testing.T) {
			c := newCounter()
			c.ask("a", 5)
			c.ask("b", 1)
			c.ask("a", none)
			c.ask("nobody", none)
			wantOffers(t, c, "b")
			c.close()
		})
	}
}

func TestWorkerThatNobodyWaitsForIsGivenBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, slot := newCounter(), &worker{}
		c.ask("a", 1)
		c.ask("a", 0)
		c.granted(slot)
		if slot.released.Load() != 1 || len(c.pledges) != 0 {
			t.Errorf("have it given back %d times, %d kept; want once and none", slot.released.Load(), len(c.pledges))
		}
		c.close()
	})
}

func TestOfferLapsesAfterASecondAndItsCallerIsDropped(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newCounter()
		c.ask("dead", 9)
		number, _, slot := c.offer(t)
		c.ask("b", 1)
		time.Sleep(pledgeLimit - 1)
		synctest.Wait()
		if slot.released.Load() != 0 {
			t.Fatal("the worker was taken back too early")
		}
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		if slot.released.Load() != 1 || c.redeem(number) != nil {
			t.Errorf("have the worker given back %d times, want once and no more for its caller", slot.released.Load())
		}
		wantOffers(t, c, "b")
		c.close()
	})
}

func TestDeclinedOfferFreesItsWorkerAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newCounter()
		c.ask("a", 9)
		number, _, slot := c.offer(t)
		c.lapse(number)
		c.lapse(number)
		time.Sleep(2 * pledgeLimit)
		synctest.Wait()
		if slot.released.Load() != 1 {
			t.Errorf("have it given back %d times, want once", slot.released.Load())
		}
		if len(c.by) != 0 || len(c.callers) != 0 {
			t.Errorf("have %d callers, want none: who declines needs no more", len(c.callers))
		}
		c.close()
	})
}

// Red with code that drops the caller in any case: the two messages come on two
// subscriptions, so the later may be read first, and its calls would wait for the
// next reminder beside an idle worker.
func TestTicketThatOvertookARefusalIsKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newCounter()
		c.ask("a", 9)
		number, _, _ := c.offer(t)
		c.ask("a", 1)
		c.lapse(number)
		wantOffers(t, c, "a")
		c.close()
	})
}

func TestRedeemedWorkerIsKeptForItsCall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newCounter()
		c.ask("a", 1)
		number, _, slot := c.offer(t)
		if got := c.redeem(number); got != entrypoint.Slot(slot) {
			t.Errorf("have %v, want the worker that was offered", got)
		}
		if got := c.redeem(number); got != nil {
			t.Errorf("again: have %v, want none", got)
		}
		time.Sleep(2 * pledgeLimit)
		synctest.Wait()
		if slot.released.Load() != 0 {
			t.Error("the worker was taken back from its call")
		}
		c.close()
	})
}

func TestClosedDeskGivesEverythingBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newCounter()
		c.ask("a", 3)
		number, _, slot := c.offer(t)
		c.close()
		c.ask("b", 1)
		c.ask("a", 1)
		late := &worker{}
		c.granted(late)
		time.Sleep(2 * pledgeLimit)
		synctest.Wait()
		if slot.released.Load() != 1 || late.released.Load() != 1 || c.withdrawn != 1 || c.redeem(number) != nil {
			t.Errorf("have given back %d and %d, withdrawn %d; want each once", slot.released.Load(), late.released.Load(), c.withdrawn)
		}
		if len(c.callers)+len(c.by)+len(c.pledges) != 0 {
			t.Errorf("have %d callers, %d pledges, want none", len(c.callers), len(c.pledges))
		}
	})
}

func TestCallersAreBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newCounter()
		for n := range mostCustomers + 5 {
			c.ask(strconv.Itoa(n), 1)
		}
		c.ask("0", 2) // who is known is heard
		if len(c.callers) != mostCustomers || c.by["0"].waiting != 2 {
			t.Errorf("have %d callers, the first waits with %d; want %d and 2", len(c.callers), c.by["0"].waiting, mostCustomers)
		}
		c.close()
	})
}
