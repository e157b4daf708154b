package gateway

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/broker"
)

func info(name, id string, methods ...string) broker.Info {
	i := broker.Info{Identity: broker.Identity{Name: name, ID: id}}
	for _, m := range methods {
		i.Endpoints = append(i.Endpoints, broker.Endpoint{Name: m, Subject: "svc.rpc." + name + "." + m})
	}
	return i
}

func TestInstancesOfTwoVersionsTogetherHaveAllMethods(t *testing.T) {
	now := time.Now()
	all := tabulate(scan([]broker.Info{info("shop", "1", "buy"), info("shop", "2", "buy", "sell"), info("idle", "3")}, "svc", now), nil)
	if diff := cmp.Diff([]Service{{"shop", []string{"buy", "sell"}}}, all.list()); diff != "" {
		t.Errorf("-want +have\n%s", diff)
	}
	other := tabulate(scan([]broker.Info{info("shop", "2", "sell", "buy")}, "svc", now.Add(time.Hour)), nil)
	if all.digest != other.digest {
		t.Error("the same methods: have another digest")
	}
	if less := tabulate(scan([]broker.Info{info("shop", "1", "buy")}, "svc", now), nil); less.digest == all.digest {
		t.Error("other methods: have the same digest")
	}
}

func TestTableIsBounded(t *testing.T) {
	var instances []broker.Info
	for n := range maxServices + 10 {
		instances = append(instances, info(fmt.Sprint("s", n), "1", "a"))
	}
	var many []string
	for n := range maxMethods + 10 {
		many = append(many, fmt.Sprint("m", n))
	}
	all := scan(instances, "svc", time.Now())
	if len(all) != maxServices {
		t.Errorf("have %d services, want %d", len(all), maxServices)
	}
	if got := scan([]broker.Info{info("big", "1", many...)}, "svc", time.Now())["big"]; len(got.methods) != maxMethods {
		t.Errorf("have %d methods, want %d", len(got.methods), maxMethods)
	}
	if got := tabulate(all, nil).String(); !strings.HasPrefix(got, "s0 (1 method), ") || !strings.HasSuffix(got, ", and 9980 more") {
		t.Errorf("have %s", got)
	}
	known := remember(nil, found{services: all})
	if len(remember(known, found{known: []string{"one", "more"}})) != maxServices {
		t.Error("have more names than fit")
	}
}

// A service whose answer comes late for some rounds is still served; one that is gone
// stays known.
func TestServiceMayMissSomeRounds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		there := true
		d := newDirectory(func(context.Context, bool) (found, error) {
			if !there {
				return found{services: map[string]service{}}, nil
			}
			return found{services: scan([]broker.Info{info("shop", "1", "buy")}, "svc", time.Now())}, nil
		}, 2*time.Second, func(*table) {})
		defer d.close()
		d.renew(t.Context())
		there = false
		time.Sleep(4 * time.Second)
		if got := d.renew(t.Context()).methodsOf("shop"); len(got) != 1 {
			t.Errorf("after 4 s: have %v, want it still", got)
		}
		time.Sleep(5 * time.Second)
		if got := d.renew(t.Context()); len(got.methodsOf("shop")) != 0 || !got.known["shop"] {
			t.Errorf("after 9 s: have %v, want it gone, and known", got)
		}
	})
}

func TestTableStaysWhereNobodyCanBeAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var err error
		changes := 0
		d := newDirectory(func(context.Context, bool) (found, error) {
			return found{services: scan([]broker.Info{info("shop", "1", "buy")}, "svc", time.Now())}, err
		}, 2*time.Second, func(*table) { changes++ })
		d.renew(t.Context())
		err = errors.New("no broker")
		time.Sleep(time.Minute)
		if got := d.renew(t.Context()).methodsOf("shop"); len(got) != 1 || changes != 1 {
			t.Errorf("have %v after %d changes, want it still, after one", got, changes)
		}
		d.close()
		d.renew(t.Context()) // returns at once
	})
}

// One that waits for the services does not make others wait longer than a moment.
func TestMissDoesNotWaitForSlowAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDirectory(func(ctx context.Context, _ bool) (found, error) {
			<-ctx.Done()
			return found{}, ctx.Err()
		}, 2*time.Second, func(*table) {})
		began := time.Now()
		d.afterMiss(t.Context())
		if took := time.Since(began); took != missWait {
			t.Errorf("have %v, want %v", took, missWait)
		}
		d.close()
	})
}
