package dependency_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/internal/stage"
	"github.com/enoki-go/enoki/rpc"
	svctest "github.com/enoki-go/enoki/testing"
)

// Journal is a dependency of one's own: what a call writes is kept if the call succeeds.
type Journal struct{ strings.Builder }

// Provide makes the provider of a field. It reads the tag and the configuration and does
// no I/O; what is wrong is said with the place of the field.
func (*Journal) Provide(f reflect.StructField, h dependency.Host) (dependency.Provider, error) {
	p := &journals{Title: "journal"}
	return p, errors.Join(dependency.WantType[*Journal](f), h.Config("journal", p)) // journal: {title: …}
}

type journals struct{ Title string }

// Start runs before the first call.
func (p *journals) Start(context.Context) error {
	fmt.Println("open", p.Title)
	return nil
}

// Acquire runs for each call, and the release when its method has returned, before the
// answer is sent: an error of it is the answer.
func (*journals) Acquire(context.Context) (any, dependency.Release, error) {
	j := new(Journal)
	return j, func(_ context.Context, outcome error) error {
		if outcome == nil {
			fmt.Println("keep", j)
		} else {
			fmt.Println("forget", j)
		}
		return nil
	}, nil
}

// Stop runs after the last call.
func (p *journals) Stop(context.Context) error {
	fmt.Println("close", p.Title)
	return nil
}

// Clerk notes what it does.
type Clerk struct {
	Journal *Journal

	_ rpc.Method `method:"Pay" args:"cents"`
}

// Pay notes first and looks then.
func (c *Clerk) Pay(cents int) error {
	_, _ = fmt.Fprint(c.Journal, cents, " cents")
	if cents > 100 {
		return errors.New("too much")
	}
	return nil
}

func ExampleDeclaration() {
	t := new(stage.Stage)
	defer t.End()
	ctx := context.Background()

	w := svctest.New(t, &Clerk{}, svctest.Config("journal: {title: payments}"))
	_, _ = w.Hook(ctx, "clerk", "Pay", 70)
	_, _ = w.Hook(ctx, "clerk", "Pay", 700)
	w.Stop()
	// Output:
	// open payments
	// keep 70 cents
	// forget 700 cents
	// close payments
}
