package role

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // PostgreSQL
	_ "modernc.org/sqlite"             // where that is missing

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/test/chaos/history"
)

// Collector is a process that waits until no event waits any more, for whom it may
// concern, writes down what is left (dead letters, rows, ticks), says that it is ready
// and ends.
type Collector struct {
	Limit    time.Duration // of waiting
	Database string        // URL; empty for none
	Ticks    bool          // of timers
}

// collector is a run of Collector.
type collector struct {
	Collector

	conn  *broker.Conn
	db    *sql.DB // nil where there is none
	facts *journal
}

func (s Setup) collect(facts *history.File) error {
	dialled, err := s.dialEvents("collector")
	if err != nil {
		return err
	}
	c := &collector{Collector: *s.Collector, conn: dialled.Connection(), facts: &journal{s.Name, facts}}
	if c.Database != "" {
		if c.db, err = OpenDatabase(c.Database); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), c.Limit)
	c.drain(ctx)
	cancel()
	ctx, cancel = context.WithTimeout(context.Background(), readyLimit)
	defer cancel()
	if err := errors.Join(c.letters(ctx), c.rows(ctx), c.ticks(ctx)); err != nil {
		return err
	}
	sayReady()
	return dialled.Close()
}

// OpenDatabase opens a database by a URL that services take.
func OpenDatabase(url string) (*sql.DB, error) {
	if file, ok := strings.CutPrefix(url, "sqlite:"); ok {
		return sql.Open("sqlite", file+"?_pragma=busy_timeout(5000)")
	}
	return sql.Open("pgx", url)
}

// settled is how often in a row nothing must wait.
const settled = 3

// drain waits until nothing waits.
func (c *collector) drain(ctx context.Context) {
	for quiet := 0; quiet < settled; {
		left, err := c.left(ctx)
		if err != nil {
			left = err.Error()
		}
		if quiet++; left != "" {
			quiet = 0
		}
		if pause(ctx, 200*time.Millisecond) != nil {
			c.facts.write(history.Fact{Kind: history.Undrained, Error: left})
			return
		}
	}
	c.facts.write(history.Fact{Kind: history.Drained})
}

// left says what waits; what waits for an instance that is gone does not count.
func (c *collector) left(ctx context.Context) (string, error) {
	if n, err := c.outbox(ctx); n > 0 || err != nil {
		return fmt.Sprintf("%d events in the outbox", n), err
	}
	subject := c.conn.Namespace() + ".evt.>"
	if c.Ticks {
		subject = c.ticking()
	}
	names, err := c.conn.Streams(ctx, subject)
	if err != nil {
		return "", err
	}
	var left []string
	for _, name := range names {
		stream, err := c.conn.FindStream(ctx, name)
		if err != nil {
			return "", err
		}
		all, err := stream.Consumers(ctx)
		if err != nil {
			return "", err
		}
		for _, s := range all {
			gone := strings.Contains(s.Note, ", broadcast,") && s.Waiting == 0
			if s.Pending+uint64(s.Held) > 0 && !gone { //nolint:gosec // Held counts from 0
				left = append(left, fmt.Sprintf("%s: %d to deliver, %d held", s.Name, s.Pending, s.Held))
			}
		}
	}
	return strings.Join(left, "; "), nil
}

// outbox returns how many events wait to be sent.
func (c *collector) outbox(ctx context.Context) (n int, err error) {
	if c.db == nil {
		return 0, nil
	}
	err = c.db.QueryRowContext(ctx, `SELECT count(*) FROM enoki_outbox`).Scan(&n)
	return n, err
}

// letters writes down the dead letters.
func (c *collector) letters(ctx context.Context) error {
	dead, err := events.OpenDeadLetters(ctx, c.conn)
	if err != nil {
		return err
	}
	for l, err := range dead.All(ctx, events.LetterFilter{}) {
		if err != nil {
			return err
		}
		_, method, _ := strings.Cut(l.Handler, ".")
		c.facts.write(history.Fact{Kind: history.Buried, ID: l.ID, Method: method, Error: l.Reason + ": " + l.Error})
	}
	return nil
}

// rows writes down what was committed.
func (c *collector) rows(ctx context.Context) error {
	if c.db == nil {
		return nil
	}
	return errors.Join(
		c.each(ctx, `SELECT id, '', fails FROM chaos_orders`, history.Committed),
		c.each(ctx, `SELECT id, method, 0 FROM chaos_effects`, history.Effect),
		c.db.Close(),
	)
}

func (c *collector) each(ctx context.Context, query string, kind history.Kind) error {
	rows, err := c.db.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // Err tells
	for rows.Next() {
		f := history.Fact{Kind: kind}
		if err := rows.Scan(&f.ID, &f.Method, &f.Fails); err != nil {
			return err
		}
		c.facts.write(f)
	}
	return rows.Err()
}

// ticking is the subject of all ticks.
func (c *collector) ticking() string { return c.conn.Namespace() + ".timer.>" }

// ticks writes down the due times that were stored.
func (c *collector) ticks(ctx context.Context) error {
	if !c.Ticks {
		return nil
	}
	subject := c.ticking()
	names, err := c.conn.Streams(ctx, subject)
	if err != nil || len(names) != 1 {
		return errors.Join(err, fmt.Errorf("streams of ticks: have %q, want one", names))
	}
	stream, err := c.conn.FindStream(ctx, names[0])
	if err != nil {
		return err
	}
	for from := uint64(1); ; {
		e, found, err := stream.Next(ctx, subject, from)
		if err != nil || !found {
			return err
		}
		c.facts.write(history.Fact{Kind: history.Ticked, ID: e.Msg.Header.Get("Svc-Due")})
		from = e.Sequence + 1
	}
}
