package events_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/enoki-go/enoki/internal/await"
	svctest "github.com/enoki-go/enoki/testing"
)

// What cannot be settled because the broker is away must not use up the time in which
// the rest of the program is closed, which is five seconds.
func TestEventThatCannotBeSettledLeavesTimeForTheRestOfTheStop(t *testing.T) {
	svctest.Virtual(t, func(t *testing.T) {
		b, away := svctest.NewBroker(t), make(chan int)
		p := probe(``, func(context.Context, Payment) error {
			<-away
			return errDeclined
		})
		a, _ := app(t, b.URL(), "", p)
		if err := a.Start(await.Within(t)); err != nil {
			t.Fatal(err)
		}
		emit(t, dial(t, b, "payments").Dispatcher(), "paid", Payment{})
		<-p.book
		b.Stop()
		close(away)
		synctest.Wait()
		began := time.Now()
		if err := a.Stop(context.Background()); err != nil {
			t.Errorf("stop: have %v, want none", err)
		}
		if took := time.Since(began); took > 3*time.Second {
			t.Errorf("stop: have %v, want at most 3s of the five", took)
		}
	})
}
