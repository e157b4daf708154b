package lock_test

import (
	"context"
	"fmt"

	"github.com/enoki-go/enoki/lock"
)

// Archive is worked on by one instance at a time.
type Archive struct {
	Nightly lock.Mutex `lock:"nightly" ttl:"30s"`
}

// Pack stops when the lock is lost, and shows its token to what it writes to.
func (a *Archive) Pack(ctx context.Context) error {
	held, err := a.Nightly.Acquire(ctx)
	if err != nil {
		return err
	}
	defer held.Release(ctx) //nolint:errcheck // the work is done, or the lock is lost
	return write(held.Context(), held.Token())
}

func write(ctx context.Context, token uint64) error {
	fmt.Println("written with token", token)
	return ctx.Err()
}

// A test of the method needs no broker.
func ExampleMutex() {
	a := &Archive{Nightly: lock.Mutex{Acquire: func(ctx context.Context) (*lock.Held, error) {
		return lock.Fake(ctx, 7), nil
	}}}
	fmt.Println(a.Pack(context.Background()))
	// Output:
	// written with token 7
	// <nil>
}
