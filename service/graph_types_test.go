package service_test

import (
	"context"
	"errors"

	"go.uber.org/fx"
)

// database, cache and catalog are singletons of the user's; catalog needs the
// others.
type (
	database struct{ name string }
	cache    struct{ size int }
	catalog  struct {
		db    *database
		cache *cache
	}
	finder interface{ find() string }
)

func (c *catalog) find() string { return "found in " + c.db.name }

var errNoDisk = errors.New("no disk")

func newDatabase() *database                          { return &database{"db"} }
func newCache() (*cache, error)                       { return &cache{7}, nil }
func newCatalog(db *database, c *cache) *catalog      { return &catalog{db, c} }
func brokenDatabase() (*database, error)              { return nil, errNoDisk }
func panickingDatabase() *database                    { panic("ouch") }
func derefCatalog(db *database) *catalog              { return &catalog{db: &database{db.name}} }
func circularDatabase(*catalog) *database             { return nil }
func finderDatabase(finder) *database                 { return nil }
func optionalDatabase(_ ...func(*database)) *database { return &database{"variadic"} }
func nothing()                                        {}
func ownLifecycle() fx.Lifecycle                      { return nil }

// hooked returns a constructor that appends hooks which are steps of w.
func hooked(w **world) func(fx.Lifecycle) *database {
	return func(l fx.Lifecycle) *database {
		l.Append(fx.Hook{
			OnStart: func(ctx context.Context) error { return (*w).step(ctx, "start hook") },
			OnStop:  func(ctx context.Context) error { return (*w).step(ctx, "stop hook") },
		})
		return &database{"hooked"}
	}
}

// library is a service that only needs a database; reader needs a finder, and
// scholar all there is.
type library struct {
	DB *database
	A  resource

	_ probe `method:"Read"`
}

func (l *library) Read() string { return l.DB.name }

type reader struct {
	Finder finder

	_ probe `method:"Read"`
}

func (r *reader) Read() string { return r.Finder.find() }

type scholar struct {
	Catalog *catalog
	DB      *database
	Cache   *cache

	_ probe `method:"Read"`
}

// Read reports whether the singletons are the same everywhere.
func (s *scholar) Read() bool {
	return s.Catalog.db == s.DB && s.Catalog.cache == s.Cache && s.Cache.size == 7
}
