package redisdb_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/dependency/redisdb"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/service"
	svctest "github.com/enoki-go/enoki/testing"
)

// insight shows a test the process.
type insight struct{ dependency.Process }

func (insight) Provide(_ reflect.StructField, h dependency.Host) (dependency.Provider, error) {
	return dependency.Same(insight{dependency.ProcessOf(h)}), nil
}

// monitor watches the Redis that others use.
type monitor struct {
	_ service.Name `name:"monitor"`

	Redis   *redisdb.Client `redis:"development"`
	Process insight

	_ door `method:"Look"`
}

func (m *monitor) Look() dependency.Process { return m.Process }

func process(t *testing.T, w *svctest.World) dependency.Process {
	t.Helper()
	have, err := w.Hook(await.Within(t), "monitor", "Look")
	if err != nil {
		t.Fatal(err)
	}
	return have.(dependency.Process)
}

func TestHealthIsThatOfRedis(t *testing.T) {
	t.Parallel()
	r := relayTo(t, "127.0.0.1:1")
	url := relayed(t, r)
	w := svctest.New(t, &airports{}, &monitor{}, at(strings.Replace(url, "redis://", "redis://:pa55@", 1)))
	p, ctx := process(t, w), await.Within(t)
	r.set(refusing)
	sick := func(text string) func() bool { // the answer of a second ago is repeated
		return func() bool {
			errs := p.Health(ctx)
			return len(errs) == 1 && errs[0].Error() == text
		}
	}
	await.Until(t, "it is ill, in words for everybody", sick("redis development is not available"))
	r.set(silent)
	await.Until(t, "it is ill still", sick("redis development is not available"))
	w.Stop()
}

func TestHealthIsGoodWhileRedisAnswers(t *testing.T) {
	t.Parallel()
	onEach(t, func(on place) {
		t, url := on.t, on.url
		w := svctest.New(t, &airports{}, &monitor{}, at(url))
		if errs := process(t, w).Health(await.Within(t)); len(errs) > 0 {
			t.Errorf("have %v, want nothing", errs)
		}
	})
}

func TestMeasurementsAreThoseOfTheConnections(t *testing.T) {
	t.Parallel()
	onEach(t, func(on place) {
		t, url := on.t, on.url
		w, ctx := svctest.New(t, &airports{}, &monitor{}, at(url)), await.Within(t)
		p := process(t, w)
		measured := func() map[string]float64 {
			have := map[string]float64{}
			p.Measure(func(m dependency.Measurement) {
				if !strings.HasPrefix(m.Name, "svc_redis_") {
					return
				}
				if diff := cmp.Diff([]dependency.Label{{Name: "redis", Value: "development"}}, m.Labels); diff != "" {
					t.Errorf("%s: labels (-want +have):\n%s", m.Name, diff)
				}
				if m.Count != strings.HasSuffix(m.Name, "_total") || m.Help == "" {
					t.Errorf("have %+v, want a counter by its name, and help", m)
				}
				have[m.Name] += m.Value
			})
			return have
		}
		await.Until(t, "the first look is over", func() bool { return measured()["svc_redis_connections_idle"] == 1 })
		before := measured()
		for range 3 {
			if err := run(ctx, w, "airports", ping); err != nil {
				t.Fatal(err)
			}
		}
		want := map[string]float64{
			"svc_redis_connections": 1, "svc_redis_connections_idle": 1, "svc_redis_pool_hits_total": before["svc_redis_pool_hits_total"] + 3,
			"svc_redis_pool_misses_total": 1, "svc_redis_pool_timeouts_total": 0,
		}
		if diff := cmp.Diff(want, measured()); diff != "" {
			t.Errorf("measurements of one Redis, which two services use (-want +have):\n%s", diff)
		}
	})
}
