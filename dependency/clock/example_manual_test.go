package clock_test

import (
	"context"
	"fmt"
	"time"

	"github.com/enoki-go/enoki/dependency/clock"
)

// Oven is a service with the time in a field.
type Oven struct {
	Clock clock.Clock
}

// Bake waits for an hour, of whatever clock the oven has.
func (o *Oven) Bake(ctx context.Context) (done string, err error) {
	err = o.Clock.Sleep(ctx, time.Hour)
	return o.Clock.Now().Format(time.TimeOnly), err
}

// A unit test advances the time as soon as the method waits for it.
func ExampleNewManual() {
	ctx := context.Background()
	hand := clock.NewManual(time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC))
	oven := &Oven{Clock: hand.Clock()}

	done := make(chan string)
	go func() {
		at, err := oven.Bake(ctx)
		done <- fmt.Sprint(at, " ", err)
	}()
	if err := hand.AwaitWaiters(ctx, 1); err != nil {
		panic(err)
	}
	hand.Advance(time.Hour)
	fmt.Println(<-done)
	// Output: 10:00:00 <nil>
}
