package redisdb_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/enoki-go/enoki/dependency/redisdb"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/service"
	svctest "github.com/enoki-go/enoki/testing"
)

func TestAServiceUsesRedis(t *testing.T) {
	t.Parallel()
	onEach(t, func(on place) {
		t, url := on.t, on.url
		w, ctx := svctest.New(t, &airports{}, at(url)), await.Within(t)
		if err := run(ctx, w, "airports", func(ctx context.Context, c *redisdb.Client) error {
			return c.HSet(ctx, "airport:1", "name", "Keflavík").Err()
		}); err != nil {
			t.Fatal(err)
		}
		if have, err := direct(t, url).HGet(ctx, "airport:1", "name").Result(); have != "Keflavík" || err != nil {
			t.Errorf("have %q, %v, want what the service wrote", have, err)
		}
	})
}

// S20: connects; the same client in all workers; closed on stop.
func TestAllWorkersOfAllServicesHaveOneClient(t *testing.T) {
	t.Parallel()
	onEach(t, func(on place) {
		t, url := on.t, on.url
		named := url + "?client_name=s20"
		w, ctx := svctest.New(t, &airports{}, &trips{}, at(named)), await.Within(t)
		client := lent(t, w, "airports")
		var calls sync.WaitGroup
		for _, name := range []string{"airports", "trips"} {
			for range 5 {
				calls.Go(func() {
					if have := lent(t, w, name); have != client {
						t.Errorf("%s has %p, want %p as the others", name, have, client)
					}
				})
			}
		}
		calls.Wait()
		if err := client.Ping(ctx).Err(); err != nil {
			t.Fatal(err)
		}
		w.Stop()
		if err := client.Ping(ctx).Err(); !errors.Is(err, redis.ErrClosed) {
			t.Errorf("have %v after the stop, want %v", err, redis.ErrClosed)
		}
	})
}

func TestTheConnectionsAreClosedOnStop(t *testing.T) {
	t.Parallel()
	ctx, all := await.Within(t), relayTo(t, "127.0.0.1:1")
	url := relayed(t, all)
	w := svctest.New(t, &airports{}, &trips{}, at(url))
	looked(t, lent(t, w, "airports"))
	for _, name := range []string{"airports", "trips"} {
		if err := run(ctx, w, name, ping); err != nil {
			t.Fatal(err)
		}
	}
	if n := all.open(); n != 1 {
		t.Errorf("have %d connections of two services that took turns, want 1", n)
	}
	w.Stop()
	await.Until(t, "the connections are closed", func() bool { return all.open() == 0 })
}

// journeys has another key with the same URL, and one with another.
type journeys struct {
	_ service.Name `name:"journeys"`

	Same  *redisdb.Client `redis:"cache"`
	Other *redisdb.Client `redis:"audit"`

	_ door `method:"Clients"`
}

func (j *journeys) Clients() []*redisdb.Client { return []*redisdb.Client{j.Same, j.Other} }

func TestKeysWithOneURLShareAClient(t *testing.T) {
	t.Parallel()
	w := svctest.New(t, &airports{}, &journeys{}, svctest.Config(`
redis: {development: {url: redis://127.0.0.1:1}, audit: {url: redis://127.0.0.1:1/1}}
REDIS_URIS: {cache: redis://127.0.0.1:1}
`))
	have, err := w.Hook(await.Within(t), "journeys", "Clients")
	if err != nil {
		t.Fatal(err)
	}
	clients, first := have.([]*redisdb.Client), lent(t, w, "airports")
	if clients[0] != first || clients[1] == first {
		t.Errorf("have %p with the URL of %p and %p with another", clients[0], first, clients[1])
	}
}

func TestAnswersOfTheServerStay(t *testing.T) {
	t.Parallel()
	onEach(t, func(on place) {
		t, url := on.t, on.url
		w, ctx := svctest.New(t, &airports{}, at(url)), await.Within(t)
		c := lent(t, w, "airports")
		if _, err := c.HGet(ctx, "none", "name").Result(); err != redis.Nil { //nolint:errorlint // as users of go-redis compare it
			t.Errorf("have %v of a missing key, want %v", err, redis.Nil)
		}
		c.Set(ctx, "text", "a", 0)
		var answer redis.Error
		if err := c.HGet(ctx, "text", "name").Err(); !errors.As(err, &answer) || !strings.HasPrefix(err.Error(), "WRONGTYPE") {
			t.Errorf("have %v, want the server's own error", err)
		}
		if err := c.Set(ctx, "value", struct{}{}, 0).Err(); err == nil || fault.CodeOf(err) != fault.Internal {
			t.Errorf("have %v of a value that cannot be sent, want go-redis' own error", err)
		}
		if err := c.Ping(ctx).Err(); err != nil {
			t.Errorf("after these errors: %v", err)
		}
	})
}

func TestEachCommandOfAPipelineHasItsError(t *testing.T) {
	t.Parallel()
	onEach(t, func(on place) {
		t, url := on.t, on.url
		w, ctx := svctest.New(t, &airports{}, at(url)), await.Within(t)
		c := lent(t, w, "airports")
		for name, pipe := range map[string]redis.Pipeliner{"pipeline": c.Pipeline(), "transaction": c.TxPipeline()} {
			set, none := pipe.Set(ctx, "a", 1, time.Minute), pipe.Get(ctx, "none")
			if _, err := pipe.Exec(ctx); !errors.Is(err, redis.Nil) || set.Err() != nil || !errors.Is(none.Err(), redis.Nil) {
				t.Errorf("%s: have %v; %v and %v, want only the missing key", name, err, set.Err(), none.Err())
			}
		}
	})
}

func TestScriptsAndSubscriptionsWork(t *testing.T) {
	t.Parallel()
	onEach(t, func(on place) {
		t, url := on.t, on.url
		w, ctx := svctest.New(t, &airports{}, at(url)), await.Within(t)
		c := lent(t, w, "airports")
		script := redis.NewScript(`return redis.call("INCRBY", KEYS[1], ARGV[1])`)
		if n, err := script.Run(ctx, c, []string{"n"}, 7).Int(); n != 7 || err != nil {
			t.Errorf("have %d, %v of a script, want 7", n, err)
		}
		news := c.Subscribe(ctx, "news")
		if _, err := news.Receive(ctx); err != nil {
			t.Fatal(err)
		}
		c.Publish(ctx, "news", "rain")
		if m := await.Take(t, news.Channel()); m.Payload != "rain" {
			t.Errorf("have %v, want what was published", m)
		}
		if err := news.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestACommandEndsWithItsContext(t *testing.T) {
	t.Parallel()
	r := relayTo(t, "127.0.0.1:1")
	r.set(silent)
	w := svctest.New(t, &airports{}, svctest.Config("redis: {development: {url: 'redis://"+r.address+"', read_timeout: 10m}}"))
	c := lent(t, w, "airports")
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	over := make(chan error, 1)
	go func() { over <- c.HGet(ctx, "a", "b").Err() }()
	err := await.Take(t, over)
	if !errors.Is(err, context.DeadlineExceeded) || fault.CodeOf(err) != fault.Timeout || !strings.HasPrefix(err.Error(), "hget on redis development: ") {
		t.Errorf("have %v, want the end of the caller's time", err)
	}
}

func TestTheManifestSaysWhetherARedisWasChosen(t *testing.T) {
	for _, tt := range []struct{ name, environment, settings, want string }{
		{"nothing", "", "", "true"},
		{"limits only", "", "redis: {development: {pool_size: 3}}", "true"},
		{"a section", "", "redis: {development: {url: 'redis://127.0.0.1:6379/0'}}", ""},
		{"a list", "", "REDIS_URIS: {development: 'redis://127.0.0.1:6379/0'}", ""},
		{"the environment", "redis://127.0.0.1:6379/0", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("REDIS_URL", tt.environment)
			app, err := newApp(tt.settings, &airports{})
			if err != nil {
				t.Fatal(err)
			}
			d := app.Manifest().Services[0].Dependencies[0]
			if d.Kind != "redis" || d.Target != "development" || d.Options["default"] != tt.want {
				t.Errorf("have %+v, want default %q", d, tt.want)
			}
		})
	}
}
