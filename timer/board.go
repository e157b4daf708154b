package timer

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/entrypoint"
)

// board holds the jobs of one service that run once in the cluster. It starts when
// the first of them does and stops when the last call has ended, before the
// connection does.
type board struct {
	conn *broker.Conn
	host entrypoint.Host
	jobs []*clustered

	starting sync.Once
	startErr error
}

type boardKey struct{ service string }

// boardOf returns the board of the service that h hosts.
func boardOf(h entrypoint.Host) (*board, error) {
	return dependency.Shared(h, boardKey{h.Service()}, func() (*board, error) {
		conn, err := broker.Open(h)
		if err != nil {
			return nil, err
		}
		return &board{conn: conn, host: h}, nil
	})
}

// add refuses a second job of one name: the cluster could not tell them apart.
func (b *board) add(c *clustered) error {
	for _, other := range b.jobs {
		if other.name == c.name {
			return fmt.Errorf("job %q in the cluster is taken by %s of method %s: give one of the two another name with the tag key name",
				c.name, other.schedule, other.method.Name)
		}
	}
	b.jobs = append(b.jobs, c)
	return nil
}

// startLimit bounds opening at the start, where the broker is there.
const startLimit = 5 * time.Second

// start opens all jobs. Where the broker is away it returns at once, and opens them
// as soon as it is there; where it stores nothing, the service is refused.
func (b *board) start(ctx context.Context) error {
	b.starting.Do(func() {
		b.startErr = b.conn.OpenAtStart(ctx, b.host, broker.Opening{
			Name: "timers of the cluster", Open: b.open, Limit: startLimit,
		})
	})
	return b.startErr
}

// What the stream holds: enough to know what was missed, and what came twice.
const (
	streamBytes = 16 << 20
	streamAge   = 400 * 24 * time.Hour
	// clocksDiffer is by how much clocks may differ: a message id is remembered that
	// long.
	clocksDiffer = 10 * time.Minute
)

func openStream(ctx context.Context, conn *broker.Conn) (*broker.Stream, error) {
	namespace := conn.Namespace()
	return conn.Stream(ctx, broker.StreamConfig{
		Name: "TIMERS_" + namespace, Subjects: []string{namespace + ".timer.>"}, Keep: broker.KeepAll, DropOldest: true,
		MaxMsgs: -1, MaxPerSubject: mostMissed, MaxBytes: streamBytes, MaxAge: streamAge, Duplicates: clocksDiffer,
	})
}

// open makes the stream and opens the jobs that are not open yet.
func (b *board) open(ctx context.Context) error {
	stream, err := openStream(ctx, b.conn)
	if errors.Is(err, broker.ErrNoJetStream) {
		return b.openSingle(ctx, err)
	}
	if err != nil {
		return b.named(b.jobs, err)
	}
	for _, c := range b.jobs {
		if c.opened() {
			continue
		}
		if err := c.open(ctx, stream); err != nil {
			return b.named([]*clustered{c}, err)
		}
	}
	return nil
}

// openSingle runs the jobs without the broker's memory, where that is allowed for
// all of them.
func (b *board) openSingle(ctx context.Context, why error) error {
	var refused []*clustered
	for _, c := range b.jobs {
		if c.single == nil {
			refused = append(refused, c)
		}
	}
	if len(refused) > 0 {
		return fmt.Errorf("%w; or, where there is one instance only, declare single_instance:\"true\"", b.named(refused, why))
	}
	b.host.Logger().InfoContext(ctx, "timers of the cluster run in this instance: the broker stores nothing, and they are declared single_instance")
	for _, c := range b.jobs {
		if err := c.openSingle(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (b *board) named(jobs []*clustered, err error) error {
	names := make([]string, len(jobs))
	for i, c := range jobs {
		names[i] = c.name
	}
	return fmt.Errorf("timers of %s with scope:%q (%s): %w", b.host.Service(), scopeCluster, strings.Join(names, ", "), err)
}

// Stop gives back the ticks that are left. The host calls it when nothing runs any
// more.
func (b *board) Stop(ctx context.Context) error {
	var err error
	for _, c := range b.jobs {
		err = errors.Join(err, c.close(ctx))
	}
	return err
}
