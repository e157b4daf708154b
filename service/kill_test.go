package service_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/fault"
)

// client is a dependency that calls shop, which therefore stops after its user.
type client struct{}

func (client) Provide(reflect.StructField, dependency.Host) (dependency.Provider, error) {
	return calling{dependency.Same(client{})}, nil
}

type calling struct{ dependency.Provider }

func (calling) Describe() dependency.Description {
	return dependency.Description{Kind: "client", Service: "shop"}
}

// buyer is a service that calls shop.
type buyer struct {
	World  resource
	Client client

	_ probe `method:"Ask"`
}

func (b *buyer) Ask(ctx context.Context) error { return b.World.step(ctx, "method of buyer") }

func TestKillInterruptsAllServicesAtOnce(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		before bool // Kill comes before Stop
		at     time.Duration
	}{
		"during Stop": {false, 2 * time.Second},
		"before Stop": {true, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := startWorld(t, &buyer{}, &shop{})
			w.on("method", ignoring(time.Minute))
			w.on("method of buyer", ignoring(time.Minute))
			asked, bought := w.interruptible("buyer.Ask"), w.interruptible("shop.Buy")
			synctest.Wait()
			began := time.Now()
			w.on("stop World", ignoring(200*time.Millisecond)) // of buyer; shop does not wait for it
			w.on("stop shop.Buy", func(context.Context) error {
				if after := time.Since(began); after != tt.at {
					t.Errorf("%s: shop began to stop after %v, want %v", name, after, tt.at)
				}
				return nil
			})
			if tt.before {
				w.app.Kill()
			} else {
				time.AfterFunc(tt.at, w.app.Kill)
			}
			w.stop()
			interrupt := fmt.Sprintf("interrupt after %v: <nil>", tt.at)
			if diff := cmp.Diff([]string{interrupt, interrupt}, w.interruptions()); diff != "" {
				t.Errorf("%s: steps (-want +have):\n%s", name, diff)
			}
			if took := time.Since(began); took != tt.at+1200*time.Millisecond {
				t.Errorf("%s: Stop took %v, want 1.2s after Kill, for all services at once", name, took)
			}
			for _, answer := range []<-chan outcome{asked, bought} {
				if o := <-answer; fault.CodeOf(o.err) != fault.Unavailable {
					t.Errorf("%s: a call was answered with %v, want code %s", name, o.err, fault.Unavailable)
				}
			}
			time.Sleep(time.Minute) // the methods return
		})
	}
}

func TestServiceThatIsCalledStillStopsAfterItsCallers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := startWorld(t, &shop{}, &buyer{})
		w.on("method of buyer", ignoring(5*time.Second))
		w.on("stop shop.Buy", func(context.Context) error { w.note("interrupt"); return nil })
		w.on("stop World", func(context.Context) error { w.note("ended"); return nil })
		w.spawn("buyer.Ask")
		synctest.Wait()
		w.stop()
		if diff := cmp.Diff([]string{"ended", "interrupt"}, w.interruptions()); diff != "" {
			t.Errorf("steps (-want +have):\n%s", diff)
		}
	})
}

func TestNoCallStartsAfterKill(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newDraining(t, "workers: 2", obeying)
		p := d.point("shop.Buy")
		d.on("stop shop.Buy", ignoring(time.Second))
		d.spawn("shop.Buy")
		synctest.Wait()
		none := func(any, error) { t.Error("a refused call was answered") }
		time.AfterFunc(500*time.Millisecond, func() {
			synctest.Wait()
			if p.host.TrySpawn(p.call(), none) {
				t.Error("TrySpawn after Kill succeeded")
			}
			if err := p.host.Queue(p.call(), none); !errors.Is(err, entrypoint.ErrStopping) {
				t.Errorf("Queue after Kill = %v, want %v", err, entrypoint.ErrStopping)
			}
		})
		d.app.Kill()
		d.wantStopped(time.Second, 1)
		if d.count("method") != 1 {
			t.Errorf("%d methods ran, want 1", d.count("method"))
		}
	})
}

func TestCallsInLineAreRefusedByKillBeforeTheirServiceStops(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newDraining(t, "workers: 1", obeying)
		p, began, answers := d.point("shop.Buy"), time.Now(), make(chan told, 1)
		d.on("stop shop.Buy", ignoring(time.Second))
		d.spawn("shop.Buy")
		c := p.call()
		c.Interrupt = func() { t.Error("a call that does not run was interrupted") }
		if err := p.host.Queue(c, func(_ any, err error) { answers <- told{err, time.Since(began)} }); err != nil {
			t.Fatal(err)
		}
		d.app.Kill()
		d.wantStopped(time.Second, 1)
		if have, want := <-answers, (told{entrypoint.ErrStopping, 0}); have != want {
			t.Errorf("have %v, want %v", have, want)
		}
	})
}

func TestCallsUnwindWhileTheEntrypointsStop(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newDraining(t, "", ignoring(time.Minute))
		d.on("stop shop.Buy", ignoring(700*time.Millisecond))
		d.spawn("shop.Buy")
		synctest.Wait()
		d.app.Kill()
		d.wantStopped(time.Second, 1)
		time.Sleep(time.Minute) // the method returns
	})
}
