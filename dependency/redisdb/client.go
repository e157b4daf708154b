// Package redisdb lends services a client of Redis.
//
//	type Airports struct {
//		Redis *redisdb.Client `redis:"development"`
//		…
//	}
//
// The configuration key redis.development.url says which Redis, see [Config]. There is
// one client for each URL and set of limits in a process, however many workers and
// services use it.
package redisdb

import (
	"context"
	"errors"
	"reflect"

	"github.com/redis/go-redis/v9"

	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/tag"
)

// ErrUnavailable is the error of commands while Redis is away. Its text names the
// configuration key behind it, and is not for the public: HTTP answers without it.
var ErrUnavailable = fault.Declare("svc.redis_unavailable", fault.Unavailable, "redis is not available")

// Client runs commands on Redis; it has all of them, and pipelines, transactions,
// scripts and subscriptions, as go-redis has. It is safe for concurrent use, and is
// closed after its last user: who is lent one does not close it.
//
// Errors are those of go-redis: [redis.Nil] where a key is missing, and what the server
// answers. Where Redis cannot be reached, or does not answer in time, the error is
// ErrUnavailable. A command is sent once:
// what to do about one whose answer was lost is the caller's to decide.
//
// A command ends with the deadline of its context, or by the limits in [Config] where
// these come first. A command that waits (BLPOP, XREAD …) ends 10 s after its own time
// at the latest; without such a time it ends with the deadline of its context only, and
// not where that is cancelled.
type Client struct{ *redis.Client }

var _ dependency.Declaration = (*Client)(nil)

// options are what the tag of a field says.
type options struct {
	Redis string // the key of the configuration; "default"
}

// Provide declares the field. The container calls it.
func (*Client) Provide(f reflect.StructField, h dependency.Host) (dependency.Provider, error) {
	o := options{Redis: "default"}
	if err := errors.Join(dependency.WantType[*Client](f), tag.Read(f.Tag, &o)); err != nil {
		return nil, err
	}
	s, err := read(h, o.Redis)
	if err != nil {
		return nil, err
	}
	label, err := labelOf(h, s)
	if err != nil {
		return nil, err
	}
	shared, err := dependency.Shared(h, s.Config, func() (*server, error) { return newServer(label, s, h.Logger()), nil })
	if err != nil {
		return nil, err
	}
	return &provider{server: shared, description: s.describe()}, nil
}

// provider lends the client, which starts and stops with the process.
type provider struct {
	server      *server
	description dependency.Description
}

var (
	_ dependency.Constant  = (*provider)(nil)
	_ dependency.Describer = (*provider)(nil)
)

func (*provider) Start(context.Context) error { return nil }
func (*provider) Stop(context.Context) error  { return nil }

func (p *provider) Value() any                       { return p.server.lent }
func (p *provider) Describe() dependency.Description { return p.description }

func (p *provider) Acquire(context.Context) (any, dependency.Release, error) {
	return p.server.lent, nil, nil
}
