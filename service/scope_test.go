package service_test

import (
	"context"
	"reflect"
	"testing"

	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/service"
)

// leaving leaves a new value for the others of each call.
type leaving struct {
	scoped
	left int
}

// scoped makes a provider of what embeds it one that asks for a scope.
type scoped struct{}

func (scoped) Start(context.Context) error { return nil }
func (scoped) Stop(context.Context) error  { return nil }
func (scoped) Scoped()                     {}

func (l *leaving) Acquire(ctx context.Context) (any, dependency.Release, error) {
	l.left++
	dependency.Keep(ctx, "left", l.left)
	return nil, nil, nil
}

// note is a field whose provider leaves values.
type note struct{}

func (note) Provide(reflect.StructField, dependency.Host) (dependency.Provider, error) {
	return &leaving{}, nil
}

// guest finds what the other field left, though it comes before it.
type guest struct {
	A resource
	N note

	_ probe `method:"Find"`
}

func (*guest) Find(ctx context.Context) any { return dependency.Kept(ctx, "left") }

func TestAProviderLeavesAValueForTheOthersOfItsCall(t *testing.T) {
	t.Parallel()
	w := startWorld(t, &guest{})
	for want := 1; want <= 2; want++ {
		if have, err := w.call("guest.Find"); have != want || err != nil {
			t.Errorf("have %v, %v in the call, want %d", have, err, want)
		}
	}
}

func TestAReleaseFindsWhatItsCallKept(t *testing.T) {
	t.Parallel()
	w := startWorld(t, &guest{})
	var kept any
	w.on("release A", func(ctx context.Context) error {
		kept = dependency.Kept(ctx, "left")
		return nil
	})
	if _, err := w.call("guest.Find"); err != nil || kept != 1 {
		t.Errorf("have %v, %v, want 1", kept, err)
	}
}

// letter is a type of somebody else's, lent by the user.
type letter struct{}

type postman struct {
	L *letter

	_ probe `method:"Read"`
}

func (*postman) Read(ctx context.Context) any { return dependency.Kept(ctx, "left") }

func TestAProviderThatTheUserLendsHasAScopeToo(t *testing.T) {
	t.Parallel()
	w := startWorld(t, &postman{}, service.Lend[*letter](&leaving{}))
	if have, err := w.call("postman.Read"); have != 1 || err != nil {
		t.Errorf("have %v, %v, want 1", have, err)
	}
}

// careless keeps values though its provider does not ask for a scope.
type careless struct {
	A resource

	_ probe `method:"Read"`
}

func (*careless) Read(ctx context.Context) any {
	dependency.Keep(ctx, "left", 1)
	return dependency.Kept(ctx, "left")
}

func TestCallsHaveNoScopeThatNobodyAskedFor(t *testing.T) {
	t.Parallel()
	w := startWorld(t, &careless{})
	if have, err := w.call("careless.Read"); have != nil || err != nil {
		t.Errorf("have %v, %v, want nothing kept", have, err)
	}
}
