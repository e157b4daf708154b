package dependency_test

import (
	"context"
	"sync"
	"testing"

	"github.com/enoki-go/enoki/dependency"
)

func TestTheLastValueUnderAKeyIsKept(t *testing.T) {
	t.Parallel()
	ctx := dependency.WithScope(t.Context())
	dependency.Keep(ctx, "a", 1)
	dependency.Keep(ctx, "b", 2)
	dependency.Keep(ctx, "a", 3)
	for key, want := range map[string]any{"a": 3, "b": 2, "c": nil} {
		if have := dependency.Kept(ctx, key); have != want {
			t.Errorf("%s: have %v, want %v", key, have, want)
		}
	}
}

func TestWhatIsKeptStaysInItsCall(t *testing.T) {
	t.Parallel()
	one, other := dependency.WithScope(t.Context()), dependency.WithScope(t.Context())
	nested := dependency.WithScope(one)
	dependency.Keep(one, "a", 1)
	for name, ctx := range map[string]context.Context{"another call": other, "a call within": nested, "no call": t.Context()} {
		if have := dependency.Kept(ctx, "a"); have != nil {
			t.Errorf("%s: have %v, want nothing", name, have)
		}
	}
}

func TestKeepWithoutAScopeDoesNothing(t *testing.T) {
	t.Parallel()
	dependency.Keep(t.Context(), "a", 1)
	if have := dependency.Kept(t.Context(), "a"); have != nil {
		t.Errorf("have %v, want nothing", have)
	}
}

func TestGoroutinesOfACallShareItsScope(t *testing.T) {
	t.Parallel()
	ctx := dependency.WithScope(t.Context())
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			dependency.Keep(ctx, i, i)
			if have := dependency.Kept(ctx, i); have != i {
				t.Errorf("have %v, want %d", have, i)
			}
		})
	}
	all.Wait()
}
