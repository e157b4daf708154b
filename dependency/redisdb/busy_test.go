package redisdb_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/internal/await"
	svctest "github.com/enoki-go/enoki/testing"
)

func TestRedisThatIsBusyIsNotIll(t *testing.T) {
	t.Parallel()
	onEach(t, func(on place) {
		t, url := on.t, on.url
		w, ctx := svctest.New(t, &airports{}, &monitor{}, at(url+"?pool_size=2&pool_timeout=10m")), await.Within(t)
		c := lent(t, w, "airports")
		looked(t, c)
		var waiting sync.WaitGroup
		for range 2 {
			waiting.Go(func() {
				if err := c.BLPop(ctx, 0, "work").Err(); err != nil {
					t.Errorf("BLPOP: %v", err)
				}
			})
		}
		await.Until(t, "all connections wait", func() bool {
			now := c.PoolStats()
			return now.TotalConns == 2 && now.IdleConns == 0
		})
		if errs := process(t, w).Health(ctx); len(errs) > 0 {
			t.Errorf("have %v, want nothing of a Redis that is there", errs)
		}
		if err := direct(t, url).RPush(ctx, "work", 1, 2).Err(); err != nil {
			t.Fatal(err)
		}
		waiting.Wait()
	})
}

func TestRedisThatIsAwayIsIllThoughAllConnectionsAreMade(t *testing.T) {
	t.Parallel()
	r := relayTo(t, "127.0.0.1:1")
	w := svctest.New(t, &airports{}, &monitor{}, at(relayed(t, r)+"?pool_size=1"))
	looked(t, lent(t, w, "airports"))
	r.set(refusing)
	p, ctx := process(t, w), await.Within(t)
	await.Until(t, "it is ill", func() bool { return len(p.Health(ctx)) == 1 })
}

// Services may mean different ones by one key.
func TestEachRedisHasASeriesOfItsOwn(t *testing.T) {
	t.Parallel()
	w := svctest.New(t, &airports{}, &trips{}, &monitor{}, svctest.Config(`
redis: {development: {url: "redis://127.0.0.1:1"}}
services: {trips: {redis: {development: {url: "redis://127.0.0.1:1/1"}}}}
`))
	if lent(t, w, "airports") == lent(t, w, "trips") {
		t.Fatal("have one client of two Redis")
	}
	p := process(t, w)
	var have []string
	p.Measure(func(m dependency.Measurement) {
		if m.Name == "svc_redis_connections" {
			have = append(have, m.Labels[0].Name+"="+m.Labels[0].Value)
		}
	})
	slices.Sort(have)
	if diff := cmp.Diff([]string{"redis=development", "redis=trips:development"}, have); diff != "" {
		t.Errorf("labels (-want +have):\n%s", diff)
	}
	if text := errors.Join(p.Health(await.Within(t))...).Error(); !strings.Contains(text, "redis development is not") || !strings.Contains(text, "redis trips:development is not") {
		t.Errorf("have %s, want each by its name", text)
	}
}
