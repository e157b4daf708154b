package sqldb

import (
	"context"
	"reflect"

	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/tag"
)

var _ dependency.Declaration = (*Session)(nil)

// options are what the tag of a field says.
type options struct {
	DB string // the name of the database; "default"
}

// Provide declares the field. The container calls it.
func (*Session) Provide(f reflect.StructField, h dependency.Host) (dependency.Provider, error) {
	if err := dependency.WantType[*Session](f); err != nil {
		return nil, err
	}
	return lending(f, h)
}

// lending returns what lends sessions of the database that the tag of a field names.
func lending(f reflect.StructField, h dependency.Host) (*provider, error) {
	d, err := declared(f, h)
	if err != nil {
		return nil, err
	}
	place, err := dependency.OutboxNamed(h, d.name)
	if err != nil {
		return nil, err
	}
	place.Offer(d)
	return &provider{database: d, place: place}, nil
}

// declared returns the database that the tag of a field names.
func declared(f reflect.StructField, h dependency.Host) (*database, error) {
	o := options{DB: "default"}
	if err := tag.Read(f.Tag, &o); err != nil {
		return nil, err
	}
	return open(h, o.DB)
}

// provider lends sessions. The database starts and stops with the process.
type provider struct {
	database *database
	place    *dependency.OutboxPlace
}

var (
	_ dependency.Scoped    = (*provider)(nil)
	_ dependency.Describer = (*provider)(nil)
)

func (*provider) Start(context.Context) error { return nil }
func (*provider) Stop(context.Context) error  { return nil }

// Scoped says that sessions leave their outbox, and themselves, for the others of
// a call.
func (*provider) Scoped() {}

func (p *provider) Describe() dependency.Description { return p.database.describe() }

func (d *database) describe() dependency.Description {
	return dependency.Description{Kind: "sql", Target: d.name, Options: map[string]string{"engine": d.dialect.engine}}
}

// Acquire lends the session of the call, which another field may have been lent
// before: that one's release ends it, last.
func (p *provider) Acquire(ctx context.Context) (any, dependency.Release, error) {
	if s := sessionOf(ctx, p.database); s != nil {
		return s, nil, nil
	}
	s := &Session{lender: p, call: ctx}
	dependency.Keep(ctx, p.database, s)
	dependency.KeepOutbox(ctx, p.database.name, outbox{s})
	return s, s.release, nil
}
