package redisdb

import (
	"context"
	"sync"

	"github.com/redis/go-redis/v9"

	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/fault"
)

var (
	_ dependency.Healthy  = (*server)(nil)
	_ dependency.Measured = (*server)(nil)
)

// Health asks Redis whether it is there. Where all connections are in use it does not
// stand in line: that they are is no sign of a Redis that is away, and one that is gives
// them back.
func (s *server) Health(ctx context.Context) error {
	client := s.started.Load()
	if client == nil {
		return fault.Newf(fault.Unavailable, "redis %s has not started", s.label)
	}
	if busy(client) {
		return nil
	}
	if err := client.Ping(ctx).Err(); err != nil {
		return fault.Newf(fault.Unavailable, "redis %s is not available", s.label)
	}
	return nil
}

// busy reports whether commands use all connections there may be.
func busy(client *redis.Client) bool {
	now := client.PoolStats()
	return now.IdleConns == 0 && int(now.TotalConns) >= client.Options().PoolSize
}

// Measure records how the connections are used.
func (s *server) Measure(record func(dependency.Measurement)) {
	client := s.started.Load()
	if client == nil {
		return
	}
	stats := client.PoolStats()
	labels := []dependency.Label{{Name: "redis", Value: s.label}}
	for _, m := range []dependency.Measurement{
		{Name: "svc_redis_connections", Help: "Connections to Redis.", Value: float64(stats.TotalConns)},
		{Name: "svc_redis_connections_idle", Help: "Connections to Redis that nobody uses.", Value: float64(stats.IdleConns)},
		{Name: "svc_redis_pool_hits_total", Help: "Commands that found a connection.", Count: true, Value: float64(stats.Hits)},
		{Name: "svc_redis_pool_misses_total", Help: "Commands that had to connect.", Count: true, Value: float64(stats.Misses)},
		{Name: "svc_redis_pool_timeouts_total", Help: "Commands that waited for a connection in vain.", Count: true, Value: float64(stats.Timeouts)},
	} {
		m.Labels = labels
		record(m)
	}
}

// labels give each Redis of a process a label of its own: services may mean different
// ones by the same key.
type labels struct {
	mu    sync.Mutex // guards given
	given map[string]Config
}

type labelsKey struct{}

// labelOf returns the key of a Redis, or service:key where the key is taken.
func labelOf(h dependency.Host, s settings) (string, error) {
	l, err := dependency.Shared(h, labelsKey{}, func() (*labels, error) { return &labels{given: map[string]Config{}}, nil })
	if err != nil {
		return "", err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if first, taken := l.given[s.key]; taken && first != s.Config {
		return h.Service() + ":" + s.key, nil
	}
	l.given[s.key] = s.Config
	return s.key, nil
}
