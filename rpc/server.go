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
	"github.com/enoki-go/enoki/dependency"
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
	own      string // of the subjects of this instance
	methods  map[string]*served
	ledger   *ledger
	calls    atomic.Uint64 // that brought no id

	opening  sync.Once
	openErr  error
	closing  sync.Once
	closeErr error
	announce *broker.Announcement
	calling  *broker.Subscription // calls that any instance may take
	asking   *broker.Subscription // what all instances are asked
	direct   *broker.Subscription // what is meant for this instance
}

type serverKey struct{ service string }

// serverOf returns the server of the service that h hosts.
func serverOf(h entrypoint.Host) (*server, error) {
	return dependency.Shared(h, serverKey{h.Service()}, func() (*server, error) {
		l, err := connect(h)
		if err != nil {
			return nil, err
		}
		s := &server{
			conn: l.conn, host: h, settings: l.settings, methods: make(map[string]*served),
			prefix: subjectOf(l.conn.Namespace(), h.Service(), ""),
			own:    controlSubject(l.conn.Namespace(), h.Service(), h.Instance(), ""),
		}
		s.ledger = newLedger(s.accept)
		s.announce, err = broker.AnnouncementOf(h)
		return s, err
	})
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

// Start lets callers ask this instance about calls.
func (s *server) Start(context.Context) (err error) {
	if s.direct, err = s.conn.Subscribe(s.own+">", "", s.control); err != nil {
		return err
	}
	s.asking, err = s.conn.Subscribe(broadcastSubject(s.conn.Namespace(), s.host.Service(), "*"), "", s.broadcast)
	return err
}

// Stop ends that, after the last call was answered: until then callers ask whether
// it lives.
func (s *server) Stop(ctx context.Context) error {
	s.ledger.stop()
	s.settle(ctx)
	return errors.Join(stopped(ctx, s.asking), stopped(ctx, s.direct))
}

// stopped stops a subscription, if it was made.
func stopped(ctx context.Context, sub *broker.Subscription) error {
	if sub == nil {
		return nil
	}
	return sub.Stop(ctx)
}

// settle sends the answers that are owed since the broker was away, and is there
// to be asked for them while callers connect again. It waits for the broker as long
// as ctx lives.
func (s *server) settle(ctx context.Context) {
	owed := s.ledger.owed()
	if len(owed) == 0 {
		return
	}
	s.host.Logger().InfoContext(ctx, "waiting for the broker, to which answers are owed", "answers", len(owed))
	if err := s.conn.Await(ctx); err != nil {
		s.host.Logger().WarnContext(ctx, "answers are lost: the broker did not come back in time", "answers", len(owed), "error", err)
		return
	}
	for _, key := range owed {
		if _, answered := s.ledger.find(key); answered != nil {
			s.repeat(answered)
		}
	}
	linger := time.NewTimer(settling)
	defer linger.Stop()
	select {
	case <-linger.C:
	case <-ctx.Done():
	}
}

// open makes the service reachable: it returns once the broker knows.
func (s *server) open(ctx context.Context) error {
	s.opening.Do(func() { s.openErr = s.subscribe(ctx) })
	return s.openErr
}

func (s *server) subscribe(ctx context.Context) (err error) {
	if s.calling, err = s.conn.SubscribeReader(s.prefix+"*", s.host.Service(), s.receive); err != nil {
		return err
	}
	for _, name := range s.names() {
		s.announce.Add(s.methods[name].endpoint(), &s.methods[name].counters)
	}
	s.host.Go("registration of the service", func(ctx context.Context) error {
		return newKnown(s.conn).register(ctx, s.host.Service())
	})
	return errors.Join(s.announce.Publish(), s.conn.Flush(ctx))
}

// close returns once every call that had arrived is with the host, and no more
// are asked for.
func (s *server) close(ctx context.Context) error {
	s.closing.Do(func() { s.closeErr = s.unsubscribe(ctx) })
	return s.closeErr
}

func (s *server) unsubscribe(ctx context.Context) (err error) {
	err = stopped(ctx, s.calling)
	for _, e := range s.methods {
		e.desk.close()
	}
	return errors.Join(err, s.announce.Withdraw(ctx))
}

// receive takes one request. It runs on the goroutine of the subscription, which
// nothing but a method holds up.
func (s *server) receive(m *broker.Msg, reader *broker.Reader) {
	if !broker.IsInbox(m.Reply) {
		s.host.Logger().Warn("request dropped: its reply subject is not an inbox", "subject", m.Subject, "reply", m.Reply)
		return
	}
	r := &request{msg: m, name: s.methodOf(m.Subject), received: time.Now(), server: s, direct: takesPart(m.Reply)}
	if !s.take(r) {
		return
	}
	if err := r.served.host.Serve(&r.call, nil, reader); err != nil {
		r.notRun(err)
	}
}

// take reads a call; false means that it is answered already.
func (s *server) take(r *request) bool {
	if r.direct && s.knows(r) {
		return false
	}
	if refused := r.read(); refused != nil {
		r.refuse(refused)
		return false
	}
	return true
}

// knows enters a call into the ledger; one that stands there already is accepted
// or answered again.
func (s *server) knows(r *request) bool {
	running, answered := s.ledger.begin(r)
	switch {
	case answered != nil:
		s.repeat(answered)
	case running != nil:
		s.accept(running)
	default:
		return false
	}
	return true
}

// unknown is the answer to a method that the service does not have.
func (s *server) unknown(method string) *fault.Error {
	text := fmt.Sprintf("unknown method %.100q of %s", method, s.host.Service())
	if hint := suggest.Hint(method, s.names()); hint != "" {
		return ErrUnknownMethod.Explain("%s; %s", text, hint)
	}
	return ErrUnknownMethod.Explain("%s; its methods are %s", text, suggest.List(s.names()))
}

// methodOf returns the last token of a subject.
func (s *server) methodOf(subject string) string { return strings.TrimPrefix(subject, s.prefix) }
