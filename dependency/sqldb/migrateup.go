package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"strings"
	"time"

	"github.com/pressly/goose/v3"

	"github.com/enoki-go/enoki/fault"
)

// migrateUp runs the migrations that the database has not seen. Where they are in the
// way of others, as when two open a new file of SQLite at once, they are tried again.
func (d *database) migrateUp(ctx context.Context, files fs.FS) error {
	began := time.Now()
	for n := 1; ; n++ {
		err := d.migrateOnce(ctx, files)
		switch {
		case !collided(err), n == migrateTries, time.Since(began) > d.settings.MaxWait, !sleep(ctx, turnEvery):
			return err
		}
	}
}

// migrateTries is how often an attempt tries to get past others: no more once it has
// taken longer than calls wait for it.
const migrateTries = 3

// migrateOnce has connections of its own: those of the calls may all be taken.
func (d *database) migrateOnce(ctx context.Context, files fs.FS) error {
	pool, err := d.dialect.open()
	if err != nil {
		return d.unavailable(err)
	}
	defer pool.Close() //nolint:errcheck // nothing is left to be done
	said := &statements{}
	provider, err := goose.NewProvider(d.gooseDialect(), pool, files, goose.WithDisableGlobalRegistry(true),
		goose.WithSessionLocker(d.turn()), goose.WithVerbose(true), goose.WithSlog(slog.New(said)))
	if err != nil {
		return d.broken("migrations", err)
	}
	results, err := provider.Up(ctx)
	if partial, ok := errors.AsType[*goose.PartialError](err); ok {
		results = partial.Applied
	}
	for _, r := range results {
		d.logger.InfoContext(ctx, "migrated", "database", d.name, "file", r.Source.Path, "took", r.Duration)
	}
	return d.migrationError(ctx, pool, said.last, err)
}

func (d *database) gooseDialect() goose.Dialect {
	if d.dialect.engine == sqliteDialect.engine {
		return goose.DialectSQLite3
	}
	return goose.DialectPostgres
}

// migrationError tells a database that is away from a migration that is wrong.
func (d *database) migrationError(ctx context.Context, pool *sql.DB, statement string, err error) error {
	var partial *goose.PartialError
	switch {
	case err == nil:
		return nil
	case again(err) || pool.PingContext(ctx) != nil:
		return d.unavailable(err)
	case errors.As(err, &partial):
		return d.broken(partial.Failed.Source.Path, fmt.Errorf("%w, in: %s", partial.Err, statement))
	default:
		return d.broken("migrations", err)
	}
}

// broken returns the error of calls. What is wrong is for those who run the service,
// not for who calls it.
func (d *database) broken(what string, err error) error {
	return fault.Newf(fault.Unavailable, "database %s is not available: its migrations fail", d.name).Because(&brokenError{what, err})
}

// statements remembers the last statement that goose says it runs: the errors of
// databases do not have it.
type statements struct{ last string }

// shown is how much of a statement an error shows.
const shown = 200

func (*statements) Enabled(context.Context, slog.Level) bool { return true }
func (s *statements) WithAttrs([]slog.Attr) slog.Handler     { return s }
func (s *statements) WithGroup(string) slog.Handler          { return s }

func (s *statements) Handle(_ context.Context, r slog.Record) error {
	r.Attrs(func(a slog.Attr) bool {
		if a.Key == "statement" {
			s.last = strings.Join(strings.Fields(a.Value.String()), " ")
			if len(s.last) > shown {
				s.last = strings.ToValidUTF8(s.last[:shown], "") + "…"
			}
		}
		return true
	})
	return nil
}
