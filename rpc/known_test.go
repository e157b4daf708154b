package rpc_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
	"github.com/enoki-go/enoki/rpc"
	svctest "github.com/enoki-go/enoki/testing"
)

// register keeps a service known until the test ends.
func register(t *testing.T, k rpc.Known, service string) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- k.Register(ctx, service) }()
	t.Cleanup(func() {
		cancel()
		if err := await.Take(t, ended); err != nil { // the registration ends with its context
			t.Errorf("have %v, want none", err)
		}
	})
}

func TestServiceThatWasThereIsKnown(t *testing.T) {
	b := svctest.NewBroker(t)
	service, caller := rpc.NewKnown(program(t, b.URL())), rpc.NewKnown(program(t, b.URL()))
	if caller.Has(await.Within(t), "orders") || caller.Names(await.Within(t)) != nil {
		t.Error("have a service before it registered")
	}
	register(t, service, "orders")
	register(t, service, "billing")
	await.Until(t, "orders is known", func() bool { return caller.Has(await.Within(t), "orders") })
	await.Until(t, "billing is known", func() bool { return caller.Has(await.Within(t), "billing") })
	if diff := cmp.Diff([]string{"billing", "orders"}, caller.Names(await.Within(t))); diff != "" {
		t.Errorf("-want +have\n%s", diff)
	}
	if caller.Has(await.Within(t), "payments") {
		t.Error("have payments, which never registered")
	}
	b.Stop() // what is known stays so
	if !caller.Has(await.Within(t), "orders") || caller.Has(await.Within(t), "payments") {
		t.Error("without a broker: have another answer than with it")
	}
}

func TestServiceRegistersOnceTheBrokerIsThere(t *testing.T) {
	b := svctest.NewBroker(t)
	b.Stop()
	k := rpc.NewKnown(program(t, b.URL()))
	register(t, k, "orders")
	began := time.Now()
	if k.Has(await.Within(t), "orders") || time.Since(began) > 2*time.Second {
		t.Errorf("have it known, or an answer only after %v", time.Since(began))
	}
	b.Restart()
	await.Until(t, "orders is known", func() bool { return k.Has(await.Within(t), "orders") })
}

func TestNothingIsKnownWhereNothingIsStored(t *testing.T) {
	k := rpc.NewKnown(program(t, plain.Server(t).ClientURL()))
	if err := k.Register(await.Within(t), "orders"); err != nil {
		t.Errorf("have %v, want none: it is off", err)
	}
	began := time.Now()
	if k.Has(await.Within(t), "orders") || k.Names(await.Within(t)) != nil || time.Since(began) > time.Second {
		t.Errorf("have something known, or an answer only after %v", time.Since(began))
	}
}
