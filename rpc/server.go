package rpc

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/internal/suggest"
)

// kind is what calls of this package are called.
const kind = "rpc"

// server answers the calls of one service.
type server struct {
	conn     *broker.Conn
	host     entrypoint.Host // of the first method; for what is the same for all
	settings settings
	prefix   string // of the subjects of all methods
	methods  map[string]*served
	calls    atomic.Uint64 // that brought no id

	starting sync.Once
	startErr error
	stopping sync.Once
	stopErr  error
	sub      *broker.Subscription
	announce *broker.Announcement
}

type serverKey struct{ service string }

// serverOf returns the server of the service that h hosts.
func serverOf(h entrypoint.Host) (*server, error) {
	s, err := h.Shared(serverKey{h.Service()}, func() (any, error) {
		l, err := connect(h)
		if err != nil {
			return nil, err
		}
		return &server{
			conn: l.conn, host: h, settings: l.settings, methods: make(map[string]*served),
			prefix: subjectOf(l.conn.Namespace(), h.Service(), ""),
		}, nil
	})
	if err != nil {
		return nil, err
	}
	return s.(*server), nil
}

func (s *server) add(e *served) error {
	if other := s.methods[e.name]; other != nil {
		return fmt.Errorf("name %q on the wire is taken by method %s; give one of them another with the tag key name",
			e.name, other.method.Name)
	}
	s.methods[e.name] = e
	return nil
}

// newID names a call that brought no id. It is not the reply subject, which is
// unique too: ids go to services further down, who could answer in our place.
func (s *server) newID() string {
	return s.host.Service() + "-" + s.host.Instance() + "-" + strconv.FormatUint(s.calls.Add(1), 36)
}

func (s *server) names() []string {
	names := make([]string, 0, len(s.methods))
	for name := range s.methods {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func (s *server) start(ctx context.Context) error {
	s.starting.Do(func() { s.startErr = s.subscribe(ctx) })
	return s.startErr
}

// subscribe makes the service reachable: it returns once the broker knows.
func (s *server) subscribe(ctx context.Context) error {
	info := broker.Info{Identity: broker.Identity{
		Name: s.host.Service(), ID: s.host.Instance(), Version: s.host.Version(),
	}, Endpoints: []broker.Endpoint{}}
	var counters []*broker.Counters
	for _, name := range s.names() {
		info.Endpoints = append(info.Endpoints, s.methods[name].endpoint())
		counters = append(counters, &s.methods[name].counters)
	}
	s.announce = s.conn.Announce(info, counters)
	var err error
	if s.sub, err = s.conn.Subscribe(s.prefix+"*", s.host.Service(), s.receive); err != nil {
		return err
	}
	return errors.Join(s.announce.Start(ctx), s.conn.Flush(ctx))
}

func (s *server) stop(ctx context.Context) error {
	s.stopping.Do(func() { s.stopErr = s.unsubscribe(ctx) })
	return s.stopErr
}

// unsubscribe returns once every call that had arrived is with the host.
func (s *server) unsubscribe(ctx context.Context) error {
	if s.sub == nil {
		return nil
	}
	return errors.Join(s.sub.Stop(ctx), s.announce.Stop(ctx))
}

// receive takes one request. It runs on the goroutine of the subscription, so
// nothing in it waits.
func (s *server) receive(m *broker.Msg) {
	if !broker.IsInbox(m.Reply) {
		s.host.Logger().Warn("request dropped: its reply subject is not an inbox", "subject", m.Subject, "reply", m.Reply)
		return
	}
	r := &request{msg: m, received: time.Now(), server: s}
	if refused := r.read(); refused != nil {
		r.refuse(refused)
		return
	}
	if err := r.served.host.Queue(&r.call, r.done); err != nil {
		r.notRun(err)
	}
}

// unknown is the answer to a method that the service does not have.
func (s *server) unknown(method string) *fault.Error {
	text := fmt.Sprintf("unknown method %.100q of %s", method, s.host.Service())
	if hint := suggest.Hint(method, s.names()); hint != "" {
		return ErrUnknownMethod.Explain("%s; %s", text, hint)
	}
	return ErrUnknownMethod.Explain("%s; its methods are %s", text, suggest.List(s.names()))
}

// leftOf reads the header Svc-Left-Ms.
func leftOf(value string, otherwise time.Duration) (time.Duration, error) {
	if value == "" {
		return otherwise, nil
	}
	ms, err := strconv.ParseInt(value, 10, 64)
	if err != nil || ms < 0 || ms > int64(maxLeft/time.Millisecond) {
		return 0, fmt.Errorf("header %s: have %.100q, want whole milliseconds up to %d", headerLeft, value, maxLeft/time.Millisecond)
	}
	return time.Duration(ms) * time.Millisecond, nil
}

// maxLeft bounds what a caller can ask for.
const maxLeft = 30 * 24 * time.Hour

// methodOf returns the last token of a subject.
func (s *server) methodOf(subject string) string { return strings.TrimPrefix(subject, s.prefix) }
