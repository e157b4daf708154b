package sqldb

import (
	"context"
	"errors"
	"reflect"

	"github.com/enoki-go/enoki/dependency"
)

// Database is a database for work that is not the transaction of a call: what has
// to stay though the call fails, what a call does bit by bit, what is done in the
// background or at the start.
//
//	DB *sqldb.Database `db:"orders"`
//
// It is the same value in all calls and safe for concurrent use, from the start of
// the service until its last call has ended.
type Database struct{ database *database }

var _ dependency.Declaration = (*Database)(nil)

// Provide declares the field. The container calls it.
func (*Database) Provide(f reflect.StructField, h dependency.Host) (dependency.Provider, error) {
	if err := dependency.WantType[*Database](f); err != nil {
		return nil, err
	}
	d, err := declared(f, h)
	if err != nil {
		return nil, err
	}
	return dependency.SameDescribed(&Database{d}, d.describe()), nil
}

// Open returns the database of a name for a dependency of one's own, which works
// with it when it starts or in the background. It is called in Provide; the
// database can be used from Start until Stop.
func Open(h dependency.Host, name string) (*Database, error) {
	d, err := open(h, name)
	if err != nil {
		return nil, err
	}
	return &Database{d}, nil
}

// Do runs f in a transaction of its own, which begins with the first statement. It
// is committed where f returns nil, and rolled back where f returns an error or
// panics, or ctx ends before. The session is over when f returns.
//
// Do calls f again where the transaction met another one and was undone, or the
// connection was lost before the commit was sent, as [Retry] does with the same
// options: f has no other effects, or such as may be repeated. It calls f no more
// once it does not know whether the commit was done; that error is a
// fault.Timeout.
//
// The context of f carries the unit. With PostgreSQL a unit within a call, or
// within another unit, has a connection of its own. With SQLite there is one
// connection: of the session of a call and its units, and of units within each
// other, one at a time may have begun; a statement in another is an error at once.
// Events with an outbox go with the session of the call, never with a unit.
func (d *Database) Do(ctx context.Context, f func(ctx context.Context, s *Session) error, options ...RetryOption) error {
	return Retry(ctx, func(ctx context.Context) error { return d.once(ctx, f) }, options...)
}

// errLeft is the outcome of a unit that did not return: it panicked.
var errLeft = errors.New("the unit of work did not return")

func (d *Database) once(ctx context.Context, f func(ctx context.Context, s *Session) error) (err error) {
	s := &Session{lender: &provider{database: d.database}, call: ctx, unit: true}
	err = errLeft
	defer func() {
		if ending := s.release(ctx, err); ending != nil {
			err = errors.Join(err, ending)
		}
	}()
	err = f(context.WithValue(ctx, unitKey{d.database}, s), s)
	return err
}

// unitKey is under which the context of a unit of work has its session.
type unitKey struct{ database *database }

// unitOf returns the session of the unit of work that ctx belongs to, nil where
// there is none.
func unitOf(ctx context.Context, d *database) *Session {
	s, _ := ctx.Value(unitKey{d}).(*Session)
	return s
}
