package broker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/enoki-go/enoki/dependency"
)

// The NATS service protocol, ADR-32 of nats-architecture-and-design: every
// instance answers $SRV.PING, INFO and STATS, for all services, for its name and
// for its name and id, so that the nats command and every other tool sees it.
const (
	pingType  = "io.nats.micro.v1.ping_response"
	infoType  = "io.nats.micro.v1.info_response"
	statsType = "io.nats.micro.v1.stats_response"
)

// Announcement makes an instance of a service findable. It is safe for concurrent use.
type Announcement struct {
	conn    *Conn
	info    Info // its endpoints are those below
	opening sync.Once
	closing sync.Once
	started time.Time
	subs    []*Subscription
	process dependency.Process // nil where the instance is no service

	mu        sync.Mutex // guards what follows
	endpoints []Endpoint
	counters  []*Counters // of the endpoints with the same index
}

// ServiceHost is the part of a container that an announcement needs.
type ServiceHost interface {
	Host
	Service() string
	Version() string
	Instance() string
}

type announcementKey struct{ service string }

// AnnouncementOf returns the announcement of the service that h hosts, which all share
// that receive something for it.
func AnnouncementOf(h ServiceHost) (*Announcement, error) {
	return dependency.Shared(h, announcementKey{h.Service()}, func() (*Announcement, error) {
		c, err := Open(h)
		if err != nil {
			return nil, err
		}
		return c.announceService(dependency.Hosted{Name: h.Service(), Instance: h.Instance(), Version: h.Version()}), nil
	})
}

// Announce prepares the answers of an instance. Endpoints that info has are added with
// counters of their own.
func (c *Conn) Announce(info Info) *Announcement {
	a := &Announcement{conn: c, info: info}
	a.info.Type = infoType
	if info.Metadata == nil {
		a.info.Metadata = map[string]string{}
	}
	for _, e := range info.Endpoints {
		a.Add(e, new(Counters))
	}
	return a
}

// Add says that the instance answers a subject, or receives what is sent there.
func (a *Announcement) Add(e Endpoint, c *Counters) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.endpoints, a.counters = append(a.endpoints, e), append(a.counters, c)
}

// Publish subscribes the answers, once.
func (a *Announcement) Publish() (err error) {
	a.opening.Do(func() { err = a.subscribe() })
	return err
}

func (a *Announcement) subscribe() error {
	a.started = time.Now().UTC()
	for verb, answer := range map[string]func() any{"PING": a.ping, "INFO": a.information, "STATS": a.stats} {
		for _, of := range []string{"", "." + a.info.Name, "." + a.info.Name + "." + a.info.ID} {
			sub, err := a.conn.Subscribe("$SRV."+verb+of, "", func(m *Msg) { a.answer(m, answer()) })
			if err != nil {
				return err
			}
			a.subs = append(a.subs, sub)
		}
	}
	return nil
}

// Withdraw unsubscribes the answers, once.
func (a *Announcement) Withdraw(ctx context.Context) (err error) {
	a.closing.Do(func() {
		a.opening.Do(func() {}) // it may never have been published, and will not be
		errs := make([]error, len(a.subs))
		for i, s := range a.subs {
			errs[i] = s.Stop(ctx)
		}
		err = errors.Join(errs...)
	})
	return err
}

func (a *Announcement) ping() any {
	return struct {
		Identity
		Type string `json:"type"`
	}{a.info.Identity, pingType}
}

func (a *Announcement) information() any {
	a.mu.Lock()
	defer a.mu.Unlock()
	info := a.info
	info.Endpoints = append([]Endpoint{}, a.endpoints...)
	return info
}

func (a *Announcement) stats() any {
	s := Stats{Identity: a.info.Identity, Type: statsType, Started: a.started, Endpoints: []EndpointStats{}}
	a.measure(&s)
	a.mu.Lock()
	defer a.mu.Unlock()
	for i, e := range a.endpoints {
		s.Endpoints = append(s.Endpoints, a.counters[i].stats(e))
	}
	return s
}

func (a *Announcement) answer(m *Msg, v any) {
	if !IsInbox(m.Reply) {
		return
	}
	data, err := json.Marshal(v)
	if err == nil {
		err = a.conn.Send(&Msg{Subject: m.Reply, Data: data})
	}
	if err != nil {
		a.conn.logger.Warn("answer to the service protocol", "subject", m.Subject, "error", fmt.Errorf("reply: %w", err))
	}
}
