package dependency_test

import (
	"errors"
	"testing"

	"github.com/enoki-go/enoki/dependency"
)

type pondKey struct{}

type pond struct{ fish int }

func TestSharedValueIsBuiltOnceAndHasItsType(t *testing.T) {
	t.Parallel()
	shop := meeting{process{}, "shop"}
	for n := range 2 {
		p, err := dependency.Shared(shop, pondKey{}, func() (*pond, error) { return &pond{fish: 7 + n}, nil })
		if err != nil || p.fish != 7 {
			t.Errorf("have %v, %v, want the pond that was built first", p, err)
		}
	}
}

func TestSharedIsZeroBesideAnError(t *testing.T) {
	t.Parallel()
	want := errors.New("no water")
	p, err := dependency.Shared(meeting{process{}, "shop"}, pondKey{}, func() (pond, error) { return pond{7}, want })
	if p != (pond{}) || !errors.Is(err, want) {
		t.Errorf("have %v, %v, want no pond and %v", p, err, want)
	}
}

func TestSharedValueOfAnotherTypeIsAnError(t *testing.T) {
	t.Parallel()
	shop := meeting{process{pondKey{}: "a puddle"}, "shop"}
	p, err := dependency.Shared(shop, pondKey{}, func() (*pond, error) { return new(pond), nil })
	const want = "shared value dependency_test.pondKey: have a string, want a *dependency_test.pond; give each a key of its own"
	if p != nil || err == nil || err.Error() != want {
		t.Errorf("have %v, %v, want %s", p, err, want)
	}
}
