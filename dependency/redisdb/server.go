package redisdb

import (
	"cmp"
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// server is one Redis that all services of the process with the same settings share,
// known by the key that was declared first.
type server struct {
	label    string // among those of the process
	settings settings
	logger   *slog.Logger
	lent     *Client // filled by Start

	started atomic.Pointer[redis.Client] // nil before Start
	end     context.CancelFunc           // of the look at the start
	looked  chan struct{}                // closed when it is over
}

// grace is how long a look that has begun may take when the service stops: a Redis that
// is there answers in less.
const grace = 100 * time.Millisecond

func newServer(label string, s settings, logger *slog.Logger) *server {
	return &server{label: label, settings: s, logger: logger, lent: &Client{}}
}

// Start makes the client ready to be used. Redis need not be there yet.
func (s *server) Start(context.Context) error {
	client := redis.NewClient(s.options())
	client.AddHook(hook{s})
	s.lent.Client = client
	s.started.Store(client)
	var ctx context.Context
	ctx, s.end = context.WithCancel(context.Background())
	s.looked = make(chan struct{})
	go func() { // Stop waits for it
		defer close(s.looked)
		s.look(ctx)
	}()
	return nil
}

// options are those of go-redis, less what this package does itself or does not want.
func (s *server) options() *redis.Options {
	o, c := *s.settings.client, s.settings.Config
	o.PoolSize = cmp.Or(o.PoolSize, c.PoolSize)
	o.PoolTimeout = cmp.Or(o.PoolTimeout, c.PoolTimeout)
	o.DialTimeout = cmp.Or(o.DialTimeout, c.DialTimeout)
	o.WriteTimeout = cmp.Or(o.WriteTimeout, c.WriteTimeout)
	o.ReadTimeout = cmp.Or(o.ReadTimeout, c.ReadTimeout)
	o.ContextTimeoutEnabled = true
	o.MaxRetries = cmp.Or(o.MaxRetries, -1)             // INCR twice counts twice
	o.PipelinePoolSize = cmp.Or(o.PipelinePoolSize, -1) // the pool size is that of all
	// What newer servers are told and asked at each connection costs a round trip with
	// all others.
	o.DisableIdentity = true
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	return &o
}

// Stop closes the connections. It is called after the last call.
func (s *server) Stop(context.Context) error {
	client := s.started.Load()
	if client == nil {
		return nil
	}
	s.end()
	late := time.NewTimer(grace)
	defer late.Stop()
	select {
	case <-s.looked:
	case <-late.C: // then closing ends it, of which go-redis may complain on standard error
	}
	err := client.Close()
	<-s.looked
	return err
}

// look says in the log whether Redis can be reached, so that nobody has to wait for
// the first call to learn it.
func (s *server) look(ctx context.Context) {
	if err := s.lent.Ping(ctx).Err(); err != nil && ctx.Err() == nil {
		s.logger.WarnContext(ctx, "redis is not available; calls fail until it is", "redis", s.label, "error", err)
	}
}
