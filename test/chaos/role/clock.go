package role

import (
	"context"
	"strconv"
	"time"

	"github.com/enoki-go/enoki/service"
	"github.com/enoki-go/enoki/test/chaos/history"
	"github.com/enoki-go/enoki/timer"
)

// Tick is the method of the job, and Interval the time between its due times; it
// takes tickLength.
const (
	Tick       = "tick"
	Interval   = 2 * time.Second
	tickLength = 600 * time.Millisecond
)

// clock is the service with a job of the cluster.
type clock struct {
	_ service.Name `name:"clock"`

	Facts *journal

	_ timer.Job `method:"Tick" every:"2s" scope:"cluster"`
}

// Tick writes down which due time it was called for.
func (c *clock) Tick(ctx context.Context, t timer.Tick) error {
	id := strconv.FormatInt(t.Due.UnixMilli(), 10)
	c.Facts.write(history.Fact{Kind: history.Began, ID: id, Method: Tick, Attempt: t.Attempt, Number: t.Missed})
	err := pause(ctx, tickLength)
	c.Facts.ended(Tick, Task{ID: id}, err)
	return err
}
