package sqldb

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/enoki-go/enoki/dependency"
)

// outbox is what the transaction of a session offers to those who send.
type outbox struct{ session *Session }

var _ dependency.Outbox = outbox{}

func (o outbox) Put(ctx context.Context, l dependency.Letter) error {
	header, err := json.Marshal(l.Header)
	if err != nil {
		return fmt.Errorf("put letter %s: %w", l.ID, err)
	}
	if l.Body == nil {
		l.Body = []byte{} // not NULL
	}
	put := o.session.lender.database.dialect.put
	if _, err := o.session.ExecContext(ctx, put, l.ID, l.Subject, string(header), l.Body); err != nil {
		return fmt.Errorf("put letter %s: %w", l.ID, err)
	}
	o.session.mu.Lock()
	defer o.session.mu.Unlock()
	o.session.posted = true
	return nil
}

var _ dependency.OutboxStore = (*database)(nil)

// Pending implements dependency.OutboxStore. It writes only where letters wait.
func (d *database) Pending(ctx context.Context, limit int) ([]dependency.Letter, error) {
	if err := d.ensure(ctx, &d.outbox); err != nil {
		return nil, err
	}
	var waiting bool
	if err := d.pool.QueryRowContext(ctx, d.dialect.waiting).Scan(&waiting); err != nil {
		return nil, fmt.Errorf("look for letters on database %s: %w", d.name, err)
	}
	if !waiting {
		return nil, nil
	}
	var letters []dependency.Letter
	err := d.within(ctx, func(tx *sql.Tx) (err error) {
		letters, err = d.fetch(ctx, tx, limit)
		return err
	})
	return letters, err
}

// fetch claims the outbox and reads letters; without letters nothing is claimed.
func (d *database) fetch(ctx context.Context, tx *sql.Tx, limit int) ([]dependency.Letter, error) {
	claimed, err := affects(ctx, tx, d.dialect.claim, d.relay, dependency.OutboxClaim.Seconds())
	if err != nil || !claimed {
		return nil, err
	}
	letters, err := d.letters(ctx, tx, limit)
	if err != nil || len(letters) > 0 {
		return letters, err
	}
	_, err = tx.ExecContext(ctx, d.dialect.free, d.relay)
	return nil, err
}

func (d *database) letters(ctx context.Context, tx *sql.Tx, limit int) (all []dependency.Letter, err error) {
	rows, err := tx.QueryContext(ctx, d.dialect.pending, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // rows.Err has it
	for rows.Next() {
		var l dependency.Letter
		var header string
		if err := rows.Scan(&l.ID, &l.Subject, &header, &l.Body); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(header), &l.Header); err != nil {
			return nil, fmt.Errorf("letter %s: %w", l.ID, err)
		}
		all = append(all, l)
	}
	return all, rows.Err()
}

// Sent implements dependency.OutboxStore.
func (d *database) Sent(ctx context.Context, ids ...string) error {
	list, err := json.Marshal(ids)
	if err != nil {
		return err
	}
	return d.within(ctx, func(tx *sql.Tx) error {
		if len(ids) > 0 {
			if _, err := tx.ExecContext(ctx, d.dialect.sent, string(list)); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, d.dialect.free, d.relay)
		return err
	})
}

// Changed implements dependency.OutboxStore.
func (d *database) Changed() <-chan struct{} { return d.changed }

// notify says that letters were committed.
func (d *database) notify() {
	select {
	case d.changed <- struct{}{}:
	default: // said before, and nobody has looked since
	}
}

// within runs f in a transaction of the relay's own.
func (d *database) within(ctx context.Context, f func(tx *sql.Tx) error) error {
	life, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	tx, err := d.begin(life, cancel)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // does nothing after Commit
	if err := f(tx); err != nil {
		return fmt.Errorf("relay the outbox of database %s: %w", d.name, err)
	}
	return tx.Commit()
}
