// Package devredis runs an in-memory Redis on a developer's machine, in a process of
// its own that every svc shares.
package devredis

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/alicebob/miniredis/v2"

	"github.com/enoki-go/enoki/cmd/svc/internal/devserver"
)

// Shared returns the development Redis of one address, which keeps its log and pid file
// in home. The command runs it, from the program's name on.
func Shared(addr, home string, command ...string) devserver.Shared {
	return devserver.Shared{Kind: kind, Addr: addr, Home: home, Command: command}
}

var kind = devserver.Kind{
	Name:  "Redis",
	Says:  "a Redis (or a Redis that wants TLS)",
	Cure:  "name your Redis in the configuration (redis.KEY.url) or in REDIS_URL, or free the port",
	Probe: Probe,
	Start: func(addr, _ string, log io.Writer) (devserver.Server, error) { return start(addr, log) },
}

// server is a Redis in this process.
type server struct {
	redis *miniredis.Miniredis
	log   io.Writer
}

var _ devserver.Server = (*server)(nil)

// start returns a server whose keys expire as time goes by.
func start(addr string, log io.Writer) (*server, error) {
	s := &server{redis: miniredis.NewMiniRedis(), log: log}
	s.redis.ClockTTL(true)
	if err := s.redis.StartAddr(addr); err != nil {
		return nil, fmt.Errorf("start Redis: %w", err)
	}
	s.note("ready at " + s.redis.Addr())
	return s, nil
}

// AwaitIdle returns nil once no client has been connected for idle, or the cause that
// ended ctx.
func (s *server) AwaitIdle(ctx context.Context, idle time.Duration) error {
	return devserver.AwaitIdle(ctx, idle, func() (uint64, int) {
		return uint64(s.redis.TotalConnectionCount()), s.redis.CurrentConnectionCount()
	})
}

// Stop closes every connection; all data is gone.
func (s *server) Stop() {
	s.redis.Close()
	s.note("ended")
}

func (s *server) note(what string) {
	_, _ = fmt.Fprintf(s.log, "%s Redis in memory: %s\n", time.Now().Format(time.DateTime), what) // nowhere else to say it
}
