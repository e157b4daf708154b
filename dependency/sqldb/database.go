package sqldb

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"

	"github.com/enoki-go/enoki/dependency"
)

// database is one that all services of the process with the same settings share.
type database struct {
	name     string
	label    string // the name where it is the only one of that name in the process
	urlKey   string // the configuration key of its URL
	settings Config
	dialect  *dialect
	logger   *slog.Logger
	relay    string  // who this process is where relays take turns
	pool     *sql.DB // set by Start
	started  atomic.Bool

	outbox, inbox tables
	changed       chan struct{} // has a value after letters were committed
	migration     *migration    // nil where there is none
	upkeep        sync.WaitGroup
	end           context.CancelFunc // of the upkeep

	committed, rolledBack atomic.Int64 // sessions and units of work
}

// databaseKey is under which services share one.
type databaseKey struct {
	name     string
	settings Config
}

// open returns the database of a name, which the container starts before its
// first user and stops after the last.
func open(h dependency.Host, name string) (*database, error) {
	found, err := read(h, name)
	if err != nil {
		return nil, err
	}
	label, err := labelOf(h, databaseKey{name, found.Config})
	if err != nil {
		return nil, err
	}
	return dependency.Shared(h, databaseKey{name, found.Config}, func() (*database, error) {
		dialect, err := dialectOf(name, found.Config)
		if err != nil {
			return nil, fmt.Errorf("configuration key %s: %w", found.urlKey, err)
		}
		return newDatabase(name, label, found, dialect, h.Logger()), nil
	})
}

func newDatabase(name, label string, s settings, dialect *dialect, logger *slog.Logger) *database {
	d := &database{
		name: name, label: label, urlKey: s.urlKey, settings: s.Config, dialect: dialect, logger: logger, relay: rand.Text(),
		outbox: tables{create: dialect.outbox}, inbox: tables{create: dialect.inbox, used: make(chan struct{})},
		changed: make(chan struct{}, 1),
	}
	if dialect.lines != nil {
		dialect.lines.lost = d.unavailable
	}
	return d
}

// Start makes the database ready to be used. It need not be there yet.
func (d *database) Start(context.Context) error {
	pool, err := d.dialect.open()
	if err != nil {
		return fmt.Errorf("database %s: %w", d.name, err)
	}
	d.pool = pool
	most := d.settings.MaxOpen
	if d.dialect.single {
		most = 1
	}
	pool.SetMaxOpenConns(most)
	pool.SetMaxIdleConns(most)
	pool.SetConnMaxIdleTime(d.settings.MaxIdleTime)
	pool.SetConnMaxLifetime(d.settings.MaxLifetime)
	if d.dialect.embedded != "" {
		d.logger.Info("using an embedded database", "database", d.name, "file", d.dialect.embedded)
	}
	d.started.Store(true)
	var ctx context.Context
	ctx, d.end = context.WithCancel(context.Background())
	d.upkeep.Go(func() { d.look(ctx) })
	d.upkeep.Go(func() { d.prune(ctx) })
	if d.migration != nil {
		d.upkeep.Go(func() { d.migration.run(ctx) })
	}
	if d.dialect.lines != nil {
		d.upkeep.Go(func() { d.dialect.lines.watch(ctx) })
	}
	return nil
}

// Stop closes the connections. It is called after the last call.
func (d *database) Stop(context.Context) error {
	if d.pool == nil {
		return nil
	}
	d.end()
	d.upkeep.Wait()
	if err := d.pool.Close(); err != nil && !lost(err) {
		return fmt.Errorf("close database %s: %w", d.name, err)
	}
	return nil
}

// look says in the log whether the database can be reached, so that nobody has to
// wait for the first call to learn it.
func (d *database) look(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, d.settings.MaxWait)
	defer cancel()
	if err := d.pool.PingContext(ctx); err != nil && !errors.Is(ctx.Err(), context.Canceled) {
		d.logger.WarnContext(ctx, "the database cannot be reached; calls fail until it can", "database", d.name, "error", d.unavailable(err))
	}
}
