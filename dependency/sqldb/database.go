package sqldb

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"log/slog"
	"sync"

	"github.com/enoki-go/enoki/dependency"
)

// database is one that all services of the process with the same settings share.
type database struct {
	name     string
	settings Config
	dialect  *dialect
	logger   *slog.Logger
	relay    string  // who this process is where relays take turns
	pool     *sql.DB // set by Start

	outbox, inbox tables
	changed       chan struct{} // has a value after letters were committed
	upkeep        sync.WaitGroup
	end           context.CancelFunc // of the upkeep
}

// databaseKey is under which services share one.
type databaseKey struct {
	name     string
	settings Config
}

// open returns the database of a name, which the container starts before its
// first user and stops after the last.
func open(h dependency.Host, name string) (*database, error) {
	settings, err := read(h, name)
	if err != nil {
		return nil, err
	}
	d, err := h.Shared(databaseKey{name, settings}, func() (any, error) {
		dialect, err := dialectOf(name, settings)
		if err != nil {
			return nil, fmt.Errorf("configuration key databases.%s.url: %w", name, err)
		}
		return newDatabase(name, settings, dialect, h.Logger()), nil
	})
	if err != nil {
		return nil, err
	}
	return d.(*database), nil
}

func newDatabase(name string, settings Config, dialect *dialect, logger *slog.Logger) *database {
	return &database{
		name: name, settings: settings, dialect: dialect, logger: logger, relay: rand.Text(),
		outbox: tables{create: dialect.outbox}, inbox: tables{create: dialect.inbox, used: make(chan struct{})},
		changed: make(chan struct{}, 1),
	}
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
	var ctx context.Context
	ctx, d.end = context.WithCancel(context.Background())
	d.upkeep.Go(func() { d.look(ctx) })
	d.upkeep.Go(func() { d.prune(ctx) })
	return nil
}

// Stop closes the connections. It is called after the last call.
func (d *database) Stop(context.Context) error {
	if d.pool == nil {
		return nil
	}
	d.end()
	d.upkeep.Wait()
	return d.pool.Close()
}

// look says in the log whether the database can be reached, so that nobody has to
// wait for the first call to learn it.
func (d *database) look(ctx context.Context) {
	if err := d.pool.PingContext(ctx); err != nil && ctx.Err() == nil {
		d.logger.WarnContext(ctx, "the database cannot be reached; calls fail until it can", "database", d.name, "error", d.unavailable(err))
	}
}
