package doctor

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/cmd/svc/internal/present"
	"github.com/enoki-go/enoki/config"
)

// wantMajor and wantMinor are the oldest NATS server that Enoki works with.
const wantMajor, wantMinor = 2, 10

// farAway is a round trip at which each call of a chain is felt.
const farAway = 50 * time.Millisecond

// brokerExamined is what the checks of the broker share; its fields are nil until there is
// a connection.
type brokerExamined struct {
	nc      *nats.Conn
	conn    *broker.Conn // as services have it
	js      jetstream.JetStream
	refused chan string // what the broker first said of permissions
}

func (b *brokerExamined) close() {
	if b.nc != nil {
		b.nc.Close()
	}
	if b.conn != nil {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = b.conn.Stop(ctx) // nothing is left to be sent
	}
}

// notice keeps what the broker says of permissions; nats.go calls it from a goroutine of
// its own.
func (b *brokerExamined) notice(_ *nats.Conn, _ *nats.Subscription, err error) {
	if !errors.Is(err, nats.ErrPermissionViolation) {
		return
	}
	select {
	case b.refused <- err.Error():
	default: // one is enough
	}
}

// brokerAnswers connects.
type brokerAnswers struct{}

func (brokerAnswers) name() string { return "broker" }

func (brokerAnswers) run(ctx context.Context, p *Patient) []Finding {
	where := fmt.Sprintf("%s (%s)", config.Redact(p.Broker.URL), p.Origin)
	options, err := p.options()
	if err == nil {
		p.clinic.nc, err = nats.Connect(p.Broker.URL, options...)
	}
	if err != nil {
		return p.unreached(where, err)
	}
	// Services connect by themselves, besides; it comes to what this connection does.
	if p.clinic.conn, err = broker.Dial(p.Broker, slog.New(slog.DiscardHandler)); err == nil {
		err = p.clinic.conn.Await(ctx)
	}
	if err == nil {
		p.clinic.js, err = jetstream.New(p.clinic.nc)
	}
	if err != nil {
		return []Finding{problem("", "connect to %s as services do: %s", where, present.Safe(err.Error()))}
	}
	return ok("%s answers", where)
}

// unreached says why there is no connection.
func (p *Patient) unreached(where string, err error) []Finding {
	switch {
	case errors.Is(err, nats.ErrAuthorization), errors.Is(err, nats.ErrAuthExpired), errors.Is(err, nats.ErrAuthRevoked),
		strings.Contains(strings.ToLower(err.Error()), "authorization"):
		return []Finding{problem("correct broker.credentials or broker.nkey of the configuration, or the user and password in the URL", "%s refuses the credentials: %s", where, present.Safe(err.Error()))}
	case timedOut(err):
		return p.slow("broker " + where)
	case errors.Is(err, nats.ErrNoServers):
		return []Finding{problem("start one with svc broker (svc run does by itself), or name another with --broker, NATS_URL or broker.url", "none answers at %s", where)}
	default:
		return []Finding{problem("correct the URL, or broker.ca, broker.cert and broker.key for TLS", "connect to %s: %s", where, present.Safe(err.Error()))}
	}
}

// timedOut tells whether nobody said a word in time.
func timedOut(err error) bool {
	silent, ok := errors.AsType[net.Error](err)
	return errors.Is(err, nats.ErrTimeout) || ok && silent.Timeout()
}

// options connects once, as services do otherwise.
func (p *Patient) options() ([]nats.Option, error) {
	all := []nats.Option{nats.Name("svc doctor"), nats.NoReconnect(), nats.Timeout(p.Limit), nats.ErrorHandler(p.clinic.notice)}
	b := p.Broker
	if b.Credentials != "" {
		all = append(all, nats.UserCredentials(b.Credentials))
	}
	if b.NKey != "" {
		key, err := nats.NkeyOptionFromSeed(b.NKey)
		if err != nil {
			return nil, fmt.Errorf("configuration key broker.nkey: %w", err)
		}
		all = append(all, key)
	}
	if b.CA != "" {
		all = append(all, nats.RootCAs(b.CA))
	}
	if b.Cert != "" {
		all = append(all, nats.ClientCert(b.Cert, b.Key))
	}
	return all, nil
}

// brokerVersion looks whether the broker is new enough.
type brokerVersion struct{}

func (brokerVersion) name() string { return "broker version" }

func (brokerVersion) run(_ context.Context, p *Patient) []Finding {
	if p.clinic.nc == nil {
		return nil
	}
	have := p.clinic.nc.ConnectedServerVersion()
	if older(have) {
		return []Finding{problem(fmt.Sprintf("use NATS %d.%d or newer: stop this one, and svc run or svc broker starts one that is; or name another with --broker", wantMajor, wantMinor),
			"NATS %s is too old: events, durable calls and timers need %d.%d", present.Safe(have), wantMajor, wantMinor)}
	}
	return ok("NATS %s", present.Safe(have))
}

func older(version string) bool {
	parts := strings.SplitN(version, ".", 3)
	if len(parts) < 2 {
		return false
	}
	major, err1 := strconv.Atoi(parts[0])
	minor, err2 := strconv.Atoi(parts[1])
	return err1 == nil && err2 == nil && (major < wantMajor || major == wantMajor && minor < wantMinor)
}

// roundTrip measures how far away the broker is.
type roundTrip struct{}

func (roundTrip) name() string { return "round trip" }

func (roundTrip) run(_ context.Context, p *Patient) []Finding {
	if p.clinic.nc == nil {
		return nil
	}
	best := time.Hour
	for range 5 {
		took, err := p.clinic.nc.RTT()
		if err != nil {
			return []Finding{problem("look at the network", "the broker does not answer a ping: %s", present.Safe(err.Error()))}
		}
		best = min(best, took)
	}
	if best > farAway {
		return []Finding{warning("run services nearer to their broker", "%v, which every call takes twice at least", best.Round(time.Millisecond))}
	}
	return ok("%v", best.Round(10*time.Microsecond))
}

// permissions tries what tools need: to send, to receive, and to be answered.
type permissions struct{}

func (permissions) name() string { return "permissions" }

func (permissions) run(ctx context.Context, p *Patient) []Finding {
	nc := p.clinic.nc
	if nc == nil {
		return nil
	}
	subject := p.Broker.Namespace + ".rpc.svc_doctor." + nats.NewInbox()[len("_INBOX."):]
	heard := make(chan *nats.Msg, 1)
	s, err := nc.ChanSubscribe(subject, heard)
	if err == nil {
		defer func() { _ = s.Unsubscribe() }() // the connection ends anyway
		err = errors.Join(nc.FlushWithContext(ctx), nc.Publish(subject, nil), nc.FlushWithContext(ctx))
	}
	if err != nil {
		return []Finding{problem("look at the network", "send a message: %s", present.Safe(err.Error()))}
	}
	select {
	case refused := <-p.clinic.refused:
		return []Finding{warning("a user of one service may be meant to have no more; svc permissions TARGET prints what its services need",
			"this user may not do all that svc call does: %s", present.Safe(refused))}
	case <-heard:
		return ok("%s.> can be sent and received", p.Broker.Namespace)
	case <-ctx.Done():
		return p.slow("a message to oneself")
	}
}
