package broker_test

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/freeport"
	"github.com/enoki-go/enoki/internal/plain"
)

// clusterPatience bounds waits for an election.
const clusterPatience = 30 * time.Second

// cluster is three brokers that store together.
type cluster struct{ servers []*server.Server }

func newCluster(t *testing.T) *cluster {
	t.Helper()
	c, first := &cluster{}, freeport.Row(t, 3) // members know one another's before they start
	var routes []*url.URL
	for port := first; port < first+3; port++ {
		routes = append(routes, &url.URL{Scheme: "nats", Host: fmt.Sprintf("127.0.0.1:%d", port)})
	}
	for i := range 3 {
		c.servers = append(c.servers, plain.Server(t, func(o *server.Options) {
			o.ServerName, o.Routes = fmt.Sprintf("n%d", i), routes
			o.JetStream, o.StoreDir = true, t.TempDir()
			o.Cluster = server.ClusterOpts{Name: "test", Host: "127.0.0.1", Port: first + i}
		}))
	}
	await.Until(t, "a leader of the cluster and all its members are there", func() bool {
		leader := c.find(func(s *server.Server) bool { return s.JetStreamIsLeader() })
		return leader != nil && len(leader.JetStreamClusterPeers()) == len(c.servers)
	}, clusterPatience) // servers tell nobody of their elections
	return c
}

func (c *cluster) find(f func(*server.Server) bool) *server.Server {
	for _, s := range c.servers {
		if s.Running() && f(s) {
			return s
		}
	}
	return nil
}

func (c *cluster) urls() string {
	all := make([]string, len(c.servers))
	for i, s := range c.servers {
		all[i] = s.ClientURL()
	}
	return strings.Join(all, ",")
}

func (c *cluster) dial(t *testing.T) *broker.Conn {
	t.Helper()
	settings := broker.Defaults()
	settings.URL, settings.Replicas = c.urls(), 3
	conn, err := broker.Dial(settings, quiet)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, conn) })
	return conn
}

func (*cluster) within(t *testing.T) context.Context {
	t.Helper()
	return await.Within(t, clusterPatience)
}

func TestWorkGoesOnWhenAServerOfTheClusterEnds(t *testing.T) {
	servers := newCluster(t)
	sender, worker := servers.dial(t), servers.dial(t)
	ctx := servers.within(t)
	q, err := worker.Stream(ctx, broker.StreamConfig{Name: "q", Subjects: []string{"q.>"}, MaxBytes: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	b, err := sender.Bucket(ctx, "b", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	sending, err := sender.Stream(ctx, broker.StreamConfig{Name: "q", Subjects: []string{"q.>"}})
	if err != nil {
		t.Fatal(err)
	}
	got := make(chan *broker.Delivery, 1000)
	consume(t, q, 5, into(got))
	work := func(from, to int) {
		t.Helper()
		for i := from; i < to; i++ {
			if _, err := sending.Store(servers.within(t), &broker.Msg{Subject: "q.a", Data: fmt.Append(nil, i)}, strconv.Itoa(i), time.Hour); err != nil {
				t.Fatal(err)
			}
			if err := b.Put(servers.within(t), "k", fmt.Append(nil, i)); err != nil {
				t.Fatal(err)
			}
		}
		seen := map[string]bool{}
		for len(seen) < to-from {
			d := await.Take(t, got, clusterPatience)
			seen[string(d.Msg.Data)] = true
			if err := d.Confirm(servers.within(t)); err != nil {
				t.Error(err)
			}
		}
	}
	work(0, 10)
	leader := servers.find(func(s *server.Server) bool { return s.JetStreamIsStreamLeader(server.DEFAULT_GLOBAL_ACCOUNT, "q") })
	if leader == nil {
		t.Fatal("the stream has no leader")
	}
	began := time.Now()
	plain.Stop(leader)
	work(10, 20)
	t.Logf("20 pieces of work, the leader of the stream gone; went on after %v", time.Since(began))
	await.Until(t, "the bucket has the last value", func() bool {
		v, found, err := b.Get(servers.within(t), "k")
		return string(v) == "19" && found && err == nil
	}, clusterPatience)
}

func TestReplicasOfAStreamAreRaised(t *testing.T) {
	servers := newCluster(t)
	settings := broker.Defaults()
	settings.URL = servers.urls()
	one, err := broker.Dial(settings, quiet)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, one) })
	three := servers.dial(t)
	for _, step := range []struct {
		conn *broker.Conn
		want int
	}{{one, 1}, {three, 3}, {one, 3}} {
		if _, err := step.conn.Bucket(servers.within(t), "b", time.Hour); err != nil {
			t.Fatal(err)
		}
		s, err := plain.JetStream(t, servers.urls()).Stream(servers.within(t), "KV_b")
		if err != nil {
			t.Fatal(err)
		}
		if have := s.CachedInfo().Config.Replicas; have != step.want {
			t.Errorf("have %d replicas, want %d", have, step.want)
		}
	}
}
