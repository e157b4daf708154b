package svctest_test

import (
	"context"
	"errors"
	"reflect"
	"sync/atomic"
	"testing"

	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
	svctest "github.com/enoki-go/enoki/testing"
)

func TestWaiterReturnsTheCallThatEnded(t *testing.T) {
	w := shop(t)
	bought := w.Expect("shop", "Buy")
	svctest.Call[string](w, "shop.buy", "pear", 5)
	e := bought.Wait()
	if e.Result != "R1" || e.Err != nil || e.Call.Name != "buy" || e.Call.Kind != "rpc" || e.Elapsed <= 0 {
		t.Errorf("have %+v", e)
	}
}

func TestWaiterReturnsTheErrorItself(t *testing.T) {
	w := shop(t)
	failed := w.Expect("shop", "Fail")
	_, _ = w.Client().Proxy("shop").Call(await.Within(t), "fail")
	if e := failed.Wait(); !errors.Is(e.Err, errPrivate) {
		t.Errorf("have %v, want errPrivate", e.Err)
	}
}

func TestWaiterWaitsForACallThatItsPredicatesAccept(t *testing.T) {
	w := svctest.New(t, &Counting{})
	even := func(e service.CallEnded) bool { return e.Result.(int)%2 == 0 }
	large := func(e service.CallEnded) bool { return e.Result.(int) > 4 }
	counted := w.Expect("counting", "Count", even, large)
	for n := range 10 {
		svctest.Call[int](w, "counting.count", n)
	}
	if e := counted.Wait(); e.Result != 6 {
		t.Errorf("have %v, want 6, the first even number above 4", e.Result)
	}
}

// Counting returns its argument.
type Counting struct {
	_ rpc.Method `method:"Count"`
	_ rpc.Method `method:"Other"`
}

// Count returns n.
func (*Counting) Count(n int) int { return n }

// Other returns n.
func (*Counting) Other(n int) int { return n }

func TestWaitersOfOneMethodSeeTheSameCall(t *testing.T) {
	w := svctest.New(t, &Counting{})
	first, second, other := w.Expect("counting", "Count"), w.Expect("counting", "Count"), w.Expect("counting", "Other")
	for n := range 3 {
		svctest.Call[int](w, "counting.count", n)
	}
	svctest.Call[int](w, "counting.other", 7)
	if a, b, c := first.Wait(), second.Wait(), other.Wait(); a.Result != 0 || b.Result != 0 || c.Result != 7 {
		t.Errorf("have %v, %v and %v, want 0, 0 and 7", a.Result, b.Result, c.Result)
	}
}

func TestExpectOfWhatIsUnknownFailsTheTest(t *testing.T) {
	wantText(t, failureOf(func(t *tb) { shop(t).Expect("shopp", "Buy") }), `expect: no service "shopp"; services are payments, shop`)
	wantText(t, failureOf(func(t *tb) { shop(t).Expect("shop", "buy") }), `expect: shop has no entrypoint for method "buy"`, "Buy, Fail, Total")
}

// A predicate that panicked left the list of waiters as it was in the middle of
// its change: the next call found a waiter twice and stood still, and with it, one
// by one, all workers.
func TestPredicateThatPanicsFailsTheTestAndHoldsUpNobody(t *testing.T) {
	var inner tb
	defer inner.end()
	w := svctest.New(&inner, &Counting{}, svctest.Config("workers: 2"))
	first := w.Expect("counting", "Count")
	broken := w.Expect("counting", "Count", func(e service.CallEnded) bool { return e.Result.(string) == "1" })
	last := w.Expect("counting", "Count")
	for n := range 5 {
		if got, err := w.Client().Proxy("counting").Call(await.Within(t), "count", n); err != nil {
			t.Fatalf("call %d: have %v, %v, want the result", n, got, err)
		}
	}
	if a, b := first.Wait(), last.Wait(); a.Result != 0 || b.Result != 0 {
		t.Errorf("have %v and %v, want 0 twice", a.Result, b.Result)
	}
	failure := failureOf(func(*tb) { broken.Wait() })
	wantText(t, failure+inner.failure, "counting.Count: a predicate of Expect panicked", "interface {} is int, not string")
}

func TestPredicateMayExpect(t *testing.T) {
	w := svctest.New(t, &Counting{})
	var next *svctest.Waiter
	counted := w.Expect("counting", "Count", func(service.CallEnded) bool {
		next = w.Expect("counting", "Count")
		return true
	})
	for n := range 2 {
		if _, err := w.Client().Proxy("counting").Call(await.Within(t), "count", n); err != nil {
			t.Fatal(err)
		}
	}
	if a, b := counted.Wait(), next.Wait(); a.Result != 0 || b.Result != 1 {
		t.Errorf("have %v and %v, want 0 and 1", a.Result, b.Result)
	}
}

func TestPredicatesRunOneAtATimeUntilOneCallIsAccepted(t *testing.T) {
	w := svctest.New(t, &Counting{})
	asked := 0
	third := w.Expect("counting", "Count", func(service.CallEnded) bool { asked++; return asked == 3 })
	var calls []*rpc.Pending[rpc.Result]
	for n := range 20 {
		calls = append(calls, w.Client().Proxy("counting").Async(await.Within(t), "count", n))
	}
	for _, c := range calls {
		if _, err := c.Result(await.Within(t)); err != nil {
			t.Fatal(err)
		}
	}
	third.Wait()
	if asked != 3 {
		t.Errorf("have the predicate asked %d times, want 3", asked)
	}
}

// Loan is lent to each call, and slow to be given back.
type Loan struct{ provider *lending }

type lending struct {
	entered, open chan bool
	released      atomic.Int32
}

// Provide lends.
func (Loan) Provide(reflect.StructField, dependency.Host) (dependency.Provider, error) {
	return theLending.Load(), nil
}

// theLending is what the test at hand lends: a declaration knows no test.
var theLending atomic.Pointer[lending]

func (*lending) Start(context.Context) error { return nil }
func (*lending) Stop(context.Context) error  { return nil }

func (l *lending) Acquire(context.Context) (any, dependency.Release, error) {
	return Loan{l}, func(context.Context, error) error {
		l.entered <- true
		<-l.open
		l.released.Add(1)
		return nil
	}, nil
}

// Borrower uses a loan.
type Borrower struct {
	_ rpc.Method `method:"Use"`

	Loan Loan
}

// Use reports whether the loan is still out.
func (b *Borrower) Use() bool { return b.Loan.provider.released.Load() == 0 }

func TestWaiterReturnsAfterTheDependenciesWereReleased(t *testing.T) {
	l := &lending{entered: make(chan bool), open: make(chan bool)}
	theLending.Store(l)
	w := svctest.New(t, &Borrower{})
	used := w.Expect("borrower", "Use")
	p := w.Client().Proxy("borrower").Async(await.Within(t), "use")

	ended := make(chan service.CallEnded, 1)
	go func() { ended <- used.Wait() }()
	await.Take(t, l.entered) // the method has returned, its result is known
	select {
	case <-ended:
		t.Error("the wait is over before the release")
	case <-p.Done():
		t.Error("the caller has its answer before the release")
	default:
	}
	l.open <- true
	if e := await.Take(t, ended); e.Result != true || l.released.Load() != 1 {
		t.Errorf("have %v after %d releases, want true after 1", e.Result, l.released.Load())
	}
	if _, err := p.Result(await.Within(t)); err != nil {
		t.Error(err)
	}
}

func TestWaitersAndCallsMayRace(t *testing.T) {
	w := svctest.New(t, &Counting{})
	over := make(chan bool)
	go func() {
		defer close(over)
		for n := range 200 {
			_, _ = w.Client().Proxy("counting").Call(t.Context(), "count", n)
		}
	}()
	for range 50 {
		counted := w.Expect("counting", "Count")
		go func() { _, _ = w.Hook(t.Context(), "counting", "Count", 1) }()
		counted.Wait()
	}
	await.Take(t, over)
}
