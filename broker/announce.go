package broker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
	"time"
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

// Announcement makes an instance findable.
type Announcement struct {
	conn     *Conn
	info     Info
	counters []*Counters
	started  time.Time
	subs     []*Subscription
}

// Announce prepares the answers of an instance; counters belong to the endpoints
// of the same index. Start subscribes them.
func (c *Conn) Announce(info Info, counters []*Counters) *Announcement {
	info.Type = infoType
	if info.Metadata == nil {
		info.Metadata = map[string]string{}
	}
	return &Announcement{conn: c, info: info, counters: counters}
}

// Start subscribes the answers.
func (a *Announcement) Start(context.Context) error {
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

// Stop unsubscribes the answers.
func (a *Announcement) Stop(ctx context.Context) error {
	errs := make([]error, len(a.subs))
	for i, s := range a.subs {
		errs[i] = s.Stop(ctx)
	}
	return errors.Join(errs...)
}

func (a *Announcement) ping() any {
	return struct {
		Identity
		Type string `json:"type"`
	}{a.info.Identity, pingType}
}

func (a *Announcement) information() any { return a.info }

func (a *Announcement) stats() any {
	s := Stats{Identity: a.info.Identity, Type: statsType, Started: a.started, Endpoints: []EndpointStats{}}
	for i, e := range a.info.Endpoints {
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
