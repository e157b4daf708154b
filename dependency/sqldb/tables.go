package sqldb

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
)

// tables are some of the framework's own, which are made when they are first
// needed.
type tables struct {
	create []string
	made   atomic.Bool

	once sync.Once
	used chan struct{} // closed when they were made; nil where nobody waits
}

// ensure makes the tables where that has not been done. Someone who may not make
// tables finds in the error what the owner of the database has to run.
func (d *database) ensure(ctx context.Context, t *tables) error {
	if t.made.Load() {
		return nil
	}
	ctx, cancel := context.WithTimeoutCause(ctx, d.settings.MaxWait, errWaited)
	defer cancel()
	for _, statement := range t.create {
		err := d.create(ctx, statement)
		switch {
		case err == nil:
		case ctx.Err() != nil:
			return d.stopped(ctx)
		default:
			return d.unavailable(fmt.Errorf("run %s: %w", strings.Join(strings.Fields(statement), " "), err))
		}
	}
	t.made.Store(true)
	if t.used != nil {
		t.once.Do(func() { close(t.used) })
	}
	return nil
}

// created finds the name of what a statement makes.
var created = regexp.MustCompile(`IF NOT EXISTS (\w+)`)

// create makes what is not there. It asks first: who may use a table need not be
// allowed to make one.
func (d *database) create(ctx context.Context, statement string) error {
	var exists bool
	name := created.FindStringSubmatch(statement)[1]
	if err := d.pool.QueryRowContext(ctx, d.dialect.exists, name).Scan(&exists); err != nil || exists {
		return err
	}
	tx, err := d.pool.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // does nothing after Commit
	if d.dialect.lock != "" {
		if _, err := tx.ExecContext(ctx, d.dialect.lock); err != nil {
			return err
		}
	}
	if _, err := tx.ExecContext(ctx, statement); err != nil {
		return err
	}
	return tx.Commit()
}
