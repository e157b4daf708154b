package devredis_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"

	"github.com/enoki-go/enoki/cmd/svc/internal/devredis"
	"github.com/enoki-go/enoki/cmd/svc/internal/devserver"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/freeport"
)

// The test binary serves as the process that Ensure starts.
func TestMain(m *testing.M) {
	if len(os.Args) == 4 && os.Args[1] == "serve" {
		s := devredis.Shared(os.Args[2], os.Args[3])
		if err := s.Serve(context.Background(), idleOfShared, os.Stderr); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m,
		// The one that waits for a process which outlives us, by design.
		goleak.IgnoreAnyFunction("os/exec.(*Cmd).Wait"))
}

// idleOfShared is how long a shared Redis of a test lives after its last client.
const idleOfShared = time.Second

// listener listens until the end of the test and treats whoever connects to what
// serve does.
func listener(t *testing.T, serve func(net.Conn)) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() { defer func() { _ = c.Close() }(); serve(c) })
		}
	})
	t.Cleanup(func() { _ = l.Close(); all.Wait() })
	return l.Addr().String()
}

func TestProbeTellsWhoAnswers(t *testing.T) {
	t.Parallel()
	if have := devredis.Probe(t.Context(), freeport.Addr(t)); have != devserver.Nobody {
		t.Errorf("a free port: have %d, want Nobody", have)
	}
	guarded := miniredis.RunT(t)
	guarded.RequireAuth("pa55")
	for name, addr := range map[string]string{"a Redis": miniredis.RunT(t).Addr(), "one with a password": guarded.Addr()} {
		if have := devredis.Probe(t.Context(), addr); have != devserver.Ours {
			t.Errorf("%s: have %d, want Ours", name, have)
		}
	}
	for name, says := range map[string]string{
		"NATS": "INFO {\"server_id\":\"a\"}\r\n", "HTTP": "HTTP/1.1 400 Bad Request\r\n", "memcached": "ERROR\r\n",
		"SMTP": "220 smtp.example.com ready\r\n", "half an answer": "+PONG", "no end": strings.Repeat("+", 5000),
	} {
		if have := devredis.Probe(t.Context(), listener(t, func(c net.Conn) { _, _ = io.WriteString(c, says) })); have != devserver.Stranger {
			t.Errorf("%s: have %d, want Stranger", name, have)
		}
	}
	silent := listener(t, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) })
	if have := devredis.Probe(t.Context(), silent); have != devserver.Stranger {
		t.Errorf("silence: have %d, want Stranger", have)
	}
}

func shared(t *testing.T) devserver.Shared {
	t.Helper()
	addr, home := freeport.Addr(t), t.TempDir()
	return devredis.Shared(addr, home, "svc", "serve", addr, home)
}

// awaitEnd returns once the Redis has ended by itself.
func awaitEnd(t *testing.T, s devserver.Shared) {
	t.Helper()
	await.Until(t, "the Redis has ended", func() bool {
		_, err := os.Stat(filepath.Join(s.Home, "pid"))
		return errors.Is(err, os.ErrNotExist) && s.Probe(t.Context(), s.Addr) == devserver.Nobody
	}, 30*time.Second)
}

func TestStartersAtOnceShareOneRedis(t *testing.T) {
	t.Parallel()
	s := shared(t)
	var starters sync.WaitGroup
	for range 5 {
		starters.Go(func() {
			if _, err := s.Ensure(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	starters.Wait()
	if started, err := s.Ensure(t.Context()); started || err != nil {
		t.Errorf("another starter: have started %v and error %v, want to find the Redis", started, err)
	}
	log, err := os.ReadFile(s.Log())
	if err != nil || strings.Count(string(log), "ready at "+s.Addr) != 1 {
		t.Errorf("the log should tell of one Redis: %v\n%s", err, log)
	}
	await.Until(t, "its pid is noted", func() bool { _, err := os.Stat(filepath.Join(s.Home, "pid")); return err == nil })
	awaitEnd(t, s)
}

// What the applications use works as with a Redis, while somebody is connected and
// with the time that goes by.
func TestTheSharedRedisServesAndForgets(t *testing.T) {
	t.Parallel()
	s, ctx := shared(t), await.Within(t, 30*time.Second)
	if _, err := s.Ensure(ctx); err != nil {
		t.Fatal(err)
	}
	c := redis.NewClient(&redis.Options{Addr: s.Addr, MaxRetries: -1})
	defer func() { _ = c.Close() }()
	if err := c.Set(ctx, "soon", "gone", 2*idleOfShared).Err(); err != nil {
		t.Fatal(err)
	}
	pipe := c.TxPipeline()
	pipe.HSet(ctx, "airport:1", "name", "Keflavík")
	name := pipe.HGet(ctx, "airport:1", "name")
	if _, err := pipe.Exec(ctx); err != nil || name.Val() != "Keflavík" {
		t.Errorf("a transaction: have %q, %v", name.Val(), err)
	}
	if have, err := c.Eval(ctx, `return redis.call("HGET", KEYS[1], "name")`, []string{"airport:1"}).Text(); have != "Keflavík" || err != nil {
		t.Errorf("a script: have %q, %v", have, err)
	}
	if n, err := c.Exists(ctx, "soon").Result(); n != 1 || err != nil {
		t.Errorf("a key that is to expire: have %d, %v, want it to be there", n, err)
	}
	// Longer than the server lives without clients.
	await.Until(t, "the key has expired", func() bool { n, err := c.Exists(ctx, "soon").Result(); return n == 0 && err == nil })
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	awaitEnd(t, s)
}

func TestRedisThatCannotStartShowsItsLog(t *testing.T) {
	t.Parallel()
	s := shared(t)
	s.Command = []string{"svc", "serve", "127.0.0.1:99999", s.Home}
	_, err := s.Ensure(t.Context())
	if err == nil || !strings.Contains(err.Error(), "start development Redis at "+s.Addr+": it ended: exit status 1; its log "+s.Log()+" ends with\n") || !strings.Contains(err.Error(), "start Redis: listen") {
		t.Errorf("have error %v, want one with the end of the log", err)
	}
}
