package facts

import (
	"time"

	"github.com/enoki-go/enoki/events"
)

type Paid struct {
	Amount int
	At     time.Time
}

var Settled = events.Define[Paid]("payments", "settled")
