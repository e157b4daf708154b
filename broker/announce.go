package broker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
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

// Identity says which instance of which service answers.
type Identity struct {
	Name     string            `json:"name"`
	ID       string            `json:"id"`
	Version  string            `json:"version"`
	Metadata map[string]string `json:"metadata"`
}

// Info is what an instance tells about itself.
type Info struct {
	Identity
	Type        string     `json:"type"`
	Description string     `json:"description"`
	Endpoints   []Endpoint `json:"endpoints"`
}

// Endpoint is one subject that an instance answers. Its metadata holds "input"
// and "output", JSON Schemas of what a call carries and answers, "params", the
// names of the parameters, and "schema_hash".
type Endpoint struct {
	Name       string            `json:"name"`
	Subject    string            `json:"subject"`
	QueueGroup string            `json:"queue_group"`
	Metadata   map[string]string `json:"metadata"`
}

// Counters count what happened to one endpoint. Their methods are safe for
// concurrent use.
type Counters struct {
	requests  atomic.Int64
	errors    atomic.Int64
	elapsed   atomic.Int64
	lastError atomic.Pointer[string]
}

// Count adds one request that took so long.
func (c *Counters) Count(elapsed time.Duration) {
	c.requests.Add(1)
	c.elapsed.Add(int64(elapsed))
}

// Fail counts the error that a request ended with. The text is what its caller
// was told, since everybody on the bus can read it, and short.
func (c *Counters) Fail(text string) {
	c.errors.Add(1)
	c.lastError.Store(&text)
}

// Stats is how an instance fared since it started.
type Stats struct {
	Identity
	Type      string          `json:"type"`
	Started   time.Time       `json:"started"`
	Endpoints []EndpointStats `json:"endpoints"`

	// What follows is not of ADR-32.
	Data        Data              `json:"data,omitempty"`            // what the service itself measures
	Entrypoints []EntrypointStats `json:"svc_entrypoints,omitempty"` // also those that have no subject
	Targets     []TargetStats     `json:"svc_targets,omitempty"`     // what it calls and emits
}

// EndpointStats is how one endpoint fared. Times are nanoseconds.
type EndpointStats struct {
	Name                  string `json:"name"`
	Subject               string `json:"subject"`
	QueueGroup            string `json:"queue_group"`
	NumRequests           int64  `json:"num_requests"`
	NumErrors             int64  `json:"num_errors"`
	LastError             string `json:"last_error"`
	ProcessingTime        int64  `json:"processing_time"`
	AverageProcessingTime int64  `json:"average_processing_time"`
}

func (c *Counters) stats(e Endpoint) EndpointStats {
	s := EndpointStats{
		Name: e.Name, Subject: e.Subject, QueueGroup: e.QueueGroup,
		NumRequests: c.requests.Load(), NumErrors: c.errors.Load(), ProcessingTime: c.elapsed.Load(),
	}
	if last := c.lastError.Load(); last != nil {
		s.LastError = *last
	}
	if s.NumRequests > 0 {
		s.AverageProcessingTime = s.ProcessingTime / s.NumRequests
	}
	return s
}

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
	a, err := h.Shared(announcementKey{h.Service()}, func() (any, error) {
		c, err := Open(h)
		if err != nil {
			return nil, err
		}
		return c.announceService(dependency.Hosted{Name: h.Service(), Instance: h.Instance(), Version: h.Version()}), nil
	})
	if err != nil {
		return nil, err
	}
	return a.(*Announcement), nil
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
