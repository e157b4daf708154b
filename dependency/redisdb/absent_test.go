package redisdb_test

import (
	"bufio"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/internal/await"
	svctest "github.com/enoki-go/enoki/testing"
)

const absent = "redis development is not available (configuration key redis.development.url)"

func wantUnavailable(t *testing.T, err error, want string) {
	t.Helper()
	if f := fault.From(err); f == nil || f.Code != fault.Unavailable || f.Message != want {
		t.Errorf("have %v, want %s", err, want)
	}
}

func TestRedisMayComeAfterTheService(t *testing.T) {
	t.Parallel()
	r := relayTo(t, "127.0.0.1:1")
	url := relayed(t, r)
	r.set(refusing)
	w, ctx := svctest.New(t, &airports{}, at(url)), await.Within(t)
	wantUnavailable(t, run(ctx, w, "airports", ping), absent)
	await.Until(t, "the log says so", func() bool {
		return strings.Contains(w.Log(), `level=WARN msg="redis is not available; calls fail until it is" service=airports redis=development error="`+absent)
	})
	for range 2 {
		r.set(forwarding)
		if err := run(ctx, w, "airports", ping); err != nil {
			t.Errorf("Redis is there: %v", err)
		}
		r.set(refusing)
		wantUnavailable(t, run(ctx, w, "airports", ping), absent)
	}
	if n := strings.Count(w.Log(), "calls fail until it is"); n != 1 {
		t.Errorf("have %d lines, want one from the start and none for each call", n)
	}
}

// limited has one connection, and limits that the test can wait for.
func limited(url, limits string) svctest.Config {
	return svctest.Config("redis: {development: {url: '" + url + "', pool_size: 1, " + limits + "}}")
}

func TestTheErrorNamesTheLimitThatWasReached(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ scheme, limits, want string }{
		{"redis://", "read_timeout: 200ms", "redis development is not available: it did not answer in time (configuration key redis.development.read_timeout)"},
		{"rediss://", "dial_timeout: 200ms", "redis development is not available: it could not be connected in time (configuration key redis.development.dial_timeout)"},
	} {
		t.Run(tt.scheme, func(t *testing.T) {
			t.Parallel()
			r := relayTo(t, "127.0.0.1:1")
			r.set(silent)
			w := svctest.New(t, &airports{}, limited(tt.scheme+r.address, tt.limits))
			await.Until(t, "the first look is over", func() bool { return strings.Contains(w.Log(), "calls fail until it is") })
			wantUnavailable(t, run(await.Within(t), w, "airports", ping), tt.want)
		})
	}
}

func TestACommandDoesNotWaitLongForAConnection(t *testing.T) {
	t.Parallel()
	onEach(t, func(on place) {
		t, url := on.t, on.url
		w, ctx := svctest.New(t, &airports{}, limited(url, "pool_timeout: 50ms")), await.Within(t)
		c := lent(t, w, "airports")
		looked(t, c)
		popped := make(chan error, 1)
		go func() { popped <- c.BLPop(ctx, 0, "list").Err() }() // takes the only connection
		await.Until(t, "it waits", func() bool { return c.PoolStats().TotalConns == 1 && c.PoolStats().IdleConns == 0 })
		wantUnavailable(t, c.Ping(ctx).Err(), "redis development is not available: no connection was free in time (configuration key redis.development.pool_timeout, and .pool_size)")
		if err := direct(t, url).RPush(ctx, "list", 1).Err(); err != nil {
			t.Fatal(err)
		}
		if err := await.Take(t, popped); err != nil {
			t.Errorf("the command that had the connection ended with %v", err)
		}
	})
}

func TestWhoConnectsInVainLeavesTheOthersTheirTurn(t *testing.T) {
	t.Parallel()
	r := relayTo(t, "127.0.0.1:1")
	r.set(refusing)
	w, ctx := svctest.New(t, &airports{}, limited("redis://"+r.address, "")), await.Within(t)
	c := lent(t, w, "airports")
	for range 100 { // more than go-redis takes before it stops trying for a second
		wantUnavailable(t, c.Ping(ctx).Err(), absent)
	}
	memory := miniredis.RunT(t)
	r.mu.Lock()
	r.target = memory.Addr()
	r.mu.Unlock()
	r.set(forwarding)
	if err := c.Ping(ctx).Err(); err != nil {
		t.Errorf("have %v from a Redis that has just come, want it to be used at once", err)
	}
}

func TestAPipelineFailsAsACommandDoes(t *testing.T) {
	t.Parallel()
	r := relayTo(t, "127.0.0.1:1")
	r.set(refusing)
	w, ctx := svctest.New(t, &airports{}, at("redis://"+r.address)), await.Within(t)
	c := lent(t, w, "airports")
	for _, pipe := range []redis.Pipeliner{c.Pipeline(), c.TxPipeline()} {
		get := pipe.Get(ctx, "a")
		_, err := pipe.Exec(ctx)
		wantUnavailable(t, err, absent)
		wantUnavailable(t, get.Err(), absent)
	}
	wantUnavailable(t, c.Watch(ctx, func(*redis.Tx) error { return nil }, "a"), absent)
}

func TestARedisThatCannotServeUsIsNotAvailable(t *testing.T) {
	t.Parallel()
	for _, answer := range []string{
		"LOADING Redis is loading the dataset in memory",
		"MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
		"ERR max number of clients reached",
		"NOAUTH Authentication required.",
	} {
		t.Run(answer, func(t *testing.T) {
			t.Parallel()
			memory := miniredis.RunT(t)
			w, ctx := svctest.New(t, &airports{}, at("redis://"+memory.Addr())), await.Within(t)
			c := lent(t, w, "airports")
			memory.SetError(answer)
			wantUnavailable(t, c.Get(ctx, "a").Err(), absent)
			memory.SetError("")
			if err := c.Ping(ctx).Err(); err != nil {
				t.Error(err)
			}
		})
	}
}

// The message crosses the wire; where Redis is, and who logs in there, does not. The
// password is nowhere.
func TestPasswordsAreNotTold(t *testing.T) {
	t.Parallel()
	memory := miniredis.RunT(t)
	memory.RequireUserAuth("secretary", "other")
	for name, address := range map[string]string{"wrong": memory.Addr(), "absent": "127.0.0.1:1"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := svctest.New(t, &airports{}, at("redis://secretary:pa55@"+address))
			err := run(await.Within(t), w, "airports", ping)
			wantUnavailable(t, err, absent)
			await.Until(t, "the first look is over", func() bool { return strings.Contains(w.Log(), "calls fail until it is") })
			if strings.Contains(err.Error()+w.Log(), "pa55") {
				t.Errorf("have the password in %v or %s", err, w.Log())
			}
		})
	}
}

// A service that is told to stop while its Redis is silent does not wait for it.
func TestStopDoesNotWaitForASilentRedis(t *testing.T) {
	t.Parallel()
	r := relayTo(t, "127.0.0.1:1")
	r.set(silent)
	w := svctest.New(t, &airports{}, svctest.Config("redis: {development: {url: 'redis://"+r.address+"', read_timeout: 10m}}"))
	await.Until(t, "the first look waits", func() bool { return r.open() == 1 })
	began := time.Now()
	w.Stop()
	if took := time.Since(began); took > await.Patience {
		t.Errorf("it took %v", took)
	}
	if strings.Contains(w.Log(), "calls fail until it is") {
		t.Errorf("have a complaint about what was no fault:\n%s", w.Log())
	}
}

// stub is a server that greets, and then does what a test wants with each word that it
// is sent: false ends the connection.
func stub(t *testing.T, hear func(word string) bool) (address string) {
	t.Helper()
	door, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			c, err := door.Accept()
			if err != nil {
				return
			}
			all.Go(func() {
				defer func() { _ = c.Close() }()
				for in := bufio.NewScanner(c); in.Scan() && hear(in.Text()); {
					if in.Text() == "hello" {
						_, _ = io.WriteString(c, "-ERR unknown command\r\n")
					}
				}
			})
		}
	})
	t.Cleanup(func() { _ = door.Close(); all.Wait() })
	return door.Addr().String()
}

// A command whose answer is lost may have been run: INCR twice counts twice.
func TestACommandIsSentOnce(t *testing.T) {
	t.Parallel()
	var sent atomic.Int64
	address := stub(t, func(word string) bool {
		if word == "incr" {
			sent.Add(1)
		}
		return word != "incr" && word != "ping"
	})
	w := svctest.New(t, &airports{}, limited("redis://"+address, ""))
	await.Until(t, "the first look is over", func() bool { return strings.Contains(w.Log(), "calls fail until it is") })
	wantUnavailable(t, lent(t, w, "airports").Incr(await.Within(t), "n").Err(), absent)
	if n := sent.Load(); n != 1 {
		t.Errorf("have it sent %d times, want once", n)
	}
}

func TestACommandThatCannotBeSentNamesThatLimit(t *testing.T) {
	t.Parallel()
	over := make(chan struct{})
	address := stub(t, func(word string) bool {
		if word == "set" {
			<-over // and it reads no more
		}
		return word != "set" && word != "ping"
	})
	w := svctest.New(t, &airports{}, limited("redis://"+address, "write_timeout: 500ms"))
	await.Until(t, "the first look is over", func() bool { return strings.Contains(w.Log(), "calls fail until it is") })
	err := lent(t, w, "airports").Set(await.Within(t), "n", make([]byte, 64<<20), 0).Err()
	close(over)
	wantUnavailable(t, err, "redis development is not available: it did not answer in time (configuration key redis.development.write_timeout)")
}
