package main

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/enoki-go/enoki/internal/freeport"
	"github.com/enoki-go/enoki/test/chaos/history"
	"github.com/enoki-go/enoki/test/chaos/plan"
	"github.com/enoki-go/enoki/test/chaos/proxy"
	"github.com/enoki-go/enoki/test/chaos/role"
)

// clients are the seats whose network can be cut: the workers, and after them those
// who call and emit.
func (w *world) clients() []*seat { return slices.Concat(w.workers, w.callers, w.submitters) }

// connect puts a proxy before the broker for each client, where networks are cut.
func (w *world) connect() error {
	if !slices.ContainsFunc(w.options.faults, plan.Kind.OfNetwork) {
		return nil
	}
	clients := w.clients()
	first, err := freeport.Find(len(clients))
	if err != nil {
		return err
	}
	for i, s := range clients {
		if s.link, err = proxy.New(first+i, strings.TrimPrefix(w.urls[0], "nats://")); err != nil {
			return err
		}
		w.proxies = append(w.proxies, s.link)
		direct := s.setup
		s.setup = func(name string) role.Setup {
			setup := direct(name)
			setup.URL = "nats://" + s.link.Address()
			return setup
		}
	}
	return nil
}

// sever cuts the network of the process for a while, or makes it a black hole.
func (s *seat) sever(ctx context.Context, f plan.Fault) error {
	c := s.current()
	s.world.note(history.Fact{Kind: history.Struck, Process: c.Name, Fault: string(f.Kind)})
	if f.Kind == plan.Cut {
		s.link.Cut()
	} else {
		s.link.Hole()
	}
	err := sleep(ctx, f.For)
	err = errors.Join(err, s.link.Heal())
	s.world.note(history.Fact{Kind: history.Resumed, Process: c.Name})
	s.setUp(true)
	return err
}
