package dependency_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/enoki-go/enoki/dependency"
)

func TestSameLendsEveryCallTheSameValue(t *testing.T) {
	t.Parallel()
	client := new(int)
	p := dependency.Same(client)
	if err := p.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		value, release, err := p.Acquire(t.Context())
		if value != client || release != nil || err != nil {
			t.Errorf("Acquire = %v, %t, %v, want the value and no release", value, release != nil, err)
		}
	}
	if err := p.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}

// A provider that is no Constant is asked in every call.
func TestSameIsAConstant(t *testing.T) {
	t.Parallel()
	c, ok := dependency.Same("v").(dependency.Constant)
	if !ok || c.Value() != "v" {
		t.Errorf("Same(%q) is a Constant: %t, want it to be, with that value", "v", ok)
	}
}

// transactions lends each call a transaction and ends it with the outcome.
type transactions struct{ begun int }

func (*transactions) Start(context.Context) error { return nil }
func (*transactions) Stop(context.Context) error  { return nil }

func (p *transactions) Acquire(context.Context) (any, dependency.Release, error) {
	p.begun++
	name := fmt.Sprintf("tx%d", p.begun)
	return name, func(_ context.Context, outcome error) error {
		if outcome != nil {
			fmt.Println("roll back", name)
		} else {
			fmt.Println("commit", name)
		}
		return nil
	}, nil
}

// A provider of the user's own, as the container uses it.
func ExampleProvider() {
	var p dependency.Provider = &transactions{}
	for _, outcome := range []error{nil, context.Canceled} {
		value, release, _ := p.Acquire(context.Background())
		fmt.Println("call with", value)
		_ = release(context.Background(), outcome)
	}
	// Output:
	// call with tx1
	// commit tx1
	// call with tx2
	// roll back tx2
}
