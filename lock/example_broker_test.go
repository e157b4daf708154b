package lock_test

import (
	"context"
	"fmt"
	"time"

	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/internal/stage"
	"github.com/enoki-go/enoki/lock"
	"github.com/enoki-go/enoki/rpc"
	svctest "github.com/enoki-go/enoki/testing"
)

// Press prints one paper at a time in the whole cluster.
type Press struct {
	Rollers lock.Mutex `lock:"rollers"`

	_ rpc.Method `method:"Print" args:"paper"`
}

// Print does not wait: where somebody has the rollers, its caller gets ErrHeld, which is a
// conflict.
func (p *Press) Print(ctx context.Context, paper string) (string, error) {
	held, err := p.Rollers.TryAcquire(ctx)
	if err != nil {
		return "", err
	}
	defer held.Release(ctx) //nolint:errcheck // the paper is printed, or the lock is lost
	return "printed " + paper, held.Context().Err()
}

func ExampleMutex_tryAcquire() {
	t := new(stage.Stage)
	defer t.End()

	ctx := context.Background()
	w := svctest.New(t, &Press{})
	fmt.Println(svctest.Call[string](w, "press.print", "the morning paper"))

	rollers, err := lock.New(w.Client().Connection(), "rollers", 10*time.Second)
	if err != nil {
		panic(err)
	}
	held, err := rollers.Acquire(ctx) // a program that cleans them
	if err != nil {
		panic(err)
	}
	_, err = w.Client().Proxy("press").Call(ctx, "print", "the evening paper")
	fmt.Println(fault.CodeOf(err))
	fmt.Println(held.Release(ctx))
	// Output:
	// printed the morning paper
	// conflict
	// <nil>
}

// Each holder has a greater token than all before: a store that remembers the greatest
// can refuse one that was frozen and does not know that it has lost the lock.
func ExampleHeld_Token() {
	t := new(stage.Stage)
	defer t.End()

	ctx := context.Background()
	w := svctest.New(t, &Press{})
	rollers, err := lock.New(w.Client().Connection(), "rollers", 10*time.Second)
	if err != nil {
		panic(err)
	}
	var greatest uint64
	for range 3 {
		held, err := rollers.Acquire(ctx)
		if err != nil {
			panic(err)
		}
		fmt.Println(held.Token() > greatest)
		greatest = held.Token()
		if err := held.Release(ctx); err != nil {
			panic(err)
		}
	}
	// Output:
	// true
	// true
	// true
}
