package sqldb

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/enoki-go/enoki/dependency"
)

// enter remembers in the transaction that its call handles an event. Where another
// transaction is doing the same PostgreSQL waits for its end; with SQLite there is
// no other.
func (d *database) enter(ctx context.Context, tx *sql.Tx, e dependency.InboxEntry) error {
	fresh, err := affects(ctx, tx, d.dialect.enter, e.Consumer, e.ID)
	switch {
	case err != nil:
		return fmt.Errorf("enter event %s into the inbox of database %s: %w", e.ID, d.name, err)
	case !fresh:
		return errHandled
	default:
		return nil
	}
}

// pruneEvery is how often the inbox is rid of old entries, beginning with its
// first use.
const pruneEvery = time.Hour

// prune forgets old entries of the inbox until ctx ends.
func (d *database) prune(ctx context.Context) {
	select {
	case <-d.inbox.used:
	case <-ctx.Done():
		return
	}
	tick := time.NewTicker(pruneEvery)
	defer tick.Stop()
	for {
		if err := d.forget(ctx); err != nil && ctx.Err() == nil {
			d.logger.WarnContext(ctx, "old entries of the inbox stay until the next try", "database", d.name, "error", err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// forget removes old entries, a few at a time, so that nobody waits for it.
func (d *database) forget(ctx context.Context) error {
	for {
		some, err := affects(ctx, d.pool, d.dialect.forget, d.settings.InboxAge.Seconds())
		if err != nil || !some {
			return err
		}
	}
}
