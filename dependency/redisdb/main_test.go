package redisdb_test

import (
	"context"
	"fmt"
	"os"
	"reflect"
	"sync/atomic"
	"testing"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"

	"github.com/enoki-go/enoki/dependency/redisdb"
	"github.com/enoki-go/enoki/dependency/redisdb/redistest"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/service"
	svctest "github.com/enoki-go/enoki/testing"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(quietly{m}) }

// quietly fails where go-redis has written to standard error past the log.
type quietly struct{ *testing.M }

func (q quietly) Run() int {
	var h heard
	redis.SetLogger(&h)
	code := q.M.Run()
	if h.lines.Load() > 0 {
		fmt.Fprintf(os.Stderr, "go-redis wrote %d lines, such as %q\n", h.lines.Load(), h.last.Load())
		return 1
	}
	return code
}

// heard is what go-redis would have written.
type heard struct {
	lines atomic.Int64
	last  atomic.Value
}

// Printf counts.
func (h *heard) Printf(_ context.Context, format string, v ...any) {
	h.lines.Add(1)
	h.last.Store(fmt.Sprintf(format, v...))
}

// place is a Redis of one test's own.
type place struct {
	t   *testing.T // the subtest
	url string
}

// onEach runs a test on the real Redis and on one in memory.
func onEach(t *testing.T, test func(on place)) {
	t.Helper()
	t.Run("redis", func(t *testing.T) { t.Parallel(); test(place{t, redistest.URL(t)}) })
	t.Run("memory", func(t *testing.T) { t.Parallel(); test(place{t, "redis://" + miniredis.RunT(t).Addr()}) })
}

// door is a kind of entrypoint that nobody comes through but World.Hook.
type door struct{}

func (door) Declare(reflect.StructTag, *entrypoint.Method, entrypoint.Host) (entrypoint.Entrypoint, error) {
	return door{}, nil
}
func (door) Start(context.Context) error { return nil }
func (door) Stop(context.Context) error  { return nil }

// airports does in a call what the test wants.
type airports struct {
	_ service.Name `name:"airports"`

	Redis *redisdb.Client `redis:"development"`

	_ door `method:"Run"`
}

func (a *airports) Run(ctx context.Context, do func(context.Context, *redisdb.Client) error) error {
	return do(ctx, a.Redis)
}

// trips is a second service with the same Redis.
type trips struct {
	_ service.Name `name:"trips"`

	Redis *redisdb.Client `redis:"development"`

	_ door `method:"Run"`
}

func (a *trips) Run(ctx context.Context, do func(context.Context, *redisdb.Client) error) error {
	return do(ctx, a.Redis)
}

func at(url string) svctest.Config {
	return svctest.Config(fmt.Sprintf("redis: {development: {url: %q}}", url))
}

// run makes a call to a service.
func run(ctx context.Context, w *svctest.World, name string, do func(context.Context, *redisdb.Client) error) error {
	_, err := w.Hook(ctx, name, "Run", do)
	return err
}

// lent returns the client that a call of a service is lent.
func lent(t *testing.T, w *svctest.World, name string) (c *redisdb.Client) {
	t.Helper()
	if err := run(t.Context(), w, name, func(_ context.Context, have *redisdb.Client) error { c = have; return nil }); err != nil {
		t.Fatal(err)
	}
	return c
}

// looked waits until the client has its one connection of the start.
func looked(t *testing.T, c *redisdb.Client) {
	t.Helper()
	await.Until(t, "the first look is over", func() bool { return c.PoolStats().IdleConns == 1 })
}

func ping(ctx context.Context, c *redisdb.Client) error { return c.Ping(ctx).Err() }

func count(ctx context.Context, c *redisdb.Client) error { return c.HIncrBy(ctx, "n", "n", 1).Err() }

// direct is a client past the framework.
func direct(t *testing.T, url string) *redis.Client {
	t.Helper()
	o, err := redis.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	c := redis.NewClient(o)
	t.Cleanup(func() { _ = c.Close() })
	return c
}
