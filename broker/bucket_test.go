package broker_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
	svctest "github.com/enoki-go/enoki/testing"
)

func bucket(t *testing.T, c *broker.Conn, name string, ttl time.Duration) *broker.Bucket {
	t.Helper()
	b, err := c.Bucket(await.Within(t), name, ttl)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestBucketKeepsValues(t *testing.T) {
	for kind, start := range brokers {
		t.Run(kind, func(t *testing.T) {
			on := start(t)
			b := bucket(t, on.Conn, on.name, time.Hour)
			if v, found, err := b.Get(await.Within(t), "orders"); found || err != nil {
				t.Errorf("before: have %q, %v, %v, want nothing", v, found, err)
			}
			if keys, err := b.Keys(await.Within(t)); len(keys) > 0 || err != nil {
				t.Errorf("before: have keys %q, %v, want none", keys, err)
			}
			for _, put := range [][2]string{{"orders", "1"}, {"billing", ""}, {"orders", "2"}} {
				if err := b.Put(await.Within(t), put[0], []byte(put[1])); err != nil {
					t.Fatal(err)
				}
			}
			for key, want := range map[string]string{"orders": "2", "billing": ""} {
				if v, found, err := b.Get(await.Within(t), key); string(v) != want || !found || err != nil {
					t.Errorf("%s: have %q, %v, %v, want %q", key, v, found, err, want)
				}
			}
			keys, err := b.Keys(await.Within(t))
			if diff := cmp.Diff([]string{"billing", "orders"}, keys); diff != "" || err != nil {
				t.Errorf("%v, -want +have\n%s", err, diff)
			}
		})
	}
}

func TestOtherToolsSeeABucket(t *testing.T) {
	for kind, start := range brokers {
		t.Run(kind, func(t *testing.T) {
			on := start(t)
			b := bucket(t, on.Conn, on.name, time.Hour)
			kv, err := plain.JetStream(t, on.url).KeyValue(await.Within(t), on.name)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := kv.Put(await.Within(t), "k", []byte("theirs")); err != nil {
				t.Fatal(err)
			}
			if v, found, err := b.Get(await.Within(t), "k"); string(v) != "theirs" || !found || err != nil {
				t.Errorf("have %q, %v, %v, want theirs", v, found, err)
			}
			if status, err := kv.Status(await.Within(t)); err != nil || status.TTL() != time.Hour {
				t.Errorf("have %v, %v, want a ttl of an hour", status, err)
			}
			if err := kv.Delete(await.Within(t), "k"); err != nil {
				t.Fatal(err)
			}
			if v, found, err := b.Get(await.Within(t), "k"); found || err != nil {
				t.Errorf("deleted: have %q, %v, %v, want nothing", v, found, err)
			}
		})
	}
}

func TestManyMakeABucketAtOnce(t *testing.T) {
	for kind, start := range brokers {
		t.Run(kind, func(t *testing.T) {
			on := start(t)
			var all sync.WaitGroup
			for i := range 8 {
				c, _ := dial(t, on.url)
				all.Go(func() {
					if _, err := c.Bucket(await.Within(t), on.name, time.Duration(i+1)*time.Hour); err != nil {
						t.Errorf("have %v, want what the first has made", err)
					}
				})
			}
			all.Wait()
		})
	}
}

func TestBucketSurvivesARestart(t *testing.T) {
	server := svctest.NewBroker(t)
	c, j := dial(t, server.URL())
	b := bucket(t, c, "b", time.Hour)
	if err := b.Put(await.Within(t), "k", []byte("v")); err != nil {
		t.Fatal(err)
	}
	server.Stop()
	await.Until(t, "disconnected", func() bool { return j.has("connection to broker lost") })
	server.Restart()
	if v, found, err := b.Get(await.Within(t), "k"); string(v) != "v" || !found || err != nil {
		t.Errorf("have %q, %v, %v, want v", v, found, err)
	}
}

func TestBucketRefusesWhatIsNoName(t *testing.T) {
	c, _ := dial(t, svctest.NewBroker(t).URL())
	if _, err := c.Bucket(await.Within(t), "a.b", 0); err == nil || !strings.Contains(err.Error(), `name "a.b"`) {
		t.Errorf("have %v, want a refusal of the name", err)
	}
	b := bucket(t, c, "b", 0)
	for _, key := range []string{"", "a.b", "*", ">", "a b", strings.Repeat("x", 65)} {
		if err := b.Put(await.Within(t), key, nil); err == nil {
			t.Errorf("put %q: have none, want an error", key)
		}
		if _, _, err := b.Get(await.Within(t), key); err == nil {
			t.Errorf("get %q: have none, want an error", key)
		}
	}
}

func TestBucketOfAClosedConnection(t *testing.T) {
	c, _ := dial(t, svctest.NewBroker(t).URL())
	b := bucket(t, c, "b", 0)
	stop(t, c)
	if err := b.Put(await.Within(t), "k", nil); !errors.Is(err, broker.ErrClosed) {
		t.Errorf("have %v, want ErrClosed", err)
	}
}
