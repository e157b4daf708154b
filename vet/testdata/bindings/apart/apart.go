// Package apart handles an event without the package that declares it.
package apart

import (
	"context"

	"github.com/enoki-go/enoki/events"
)

type Settled struct{ Amount string }

type Archive struct {
	_ events.Handler `method:"OnSettled" source:"payments" event:"settled"`
}

func (*Archive) OnSettled(ctx context.Context, s Settled) error { return nil }
