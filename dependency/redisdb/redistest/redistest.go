// Package redistest gives each test a Redis database of its own.
package redistest

import (
	"net"
	"os"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
)

// defaultURL is where the real Redis is unless ENOKI_TEST_REDIS names another.
const defaultURL = "redis://127.0.0.1:6379"

// URL returns the URL of a database that is empty, that nobody else has, and that is
// emptied when the test ends.
//
// It is one of the numbered databases of the Redis at redis://127.0.0.1:6379, or of the
// one that the environment variable ENOKI_TEST_REDIS names, but never number 0 and never
// one that has data of somebody else. Where all are taken it waits for one. A test whose
// process was stopped for longer than 30 s has lost it to the next, and fails. Where there
// is no Redis it is an in-memory one in this process, which knows most commands; with
// ENOKI_TEST_REDIS, or with ENOKI_REQUIRE_SERVICES=1, the test fails instead.
func URL(tb testing.TB) string {
	tb.Helper()
	named := os.Getenv("ENOKI_TEST_REDIS")
	server := defaultURL
	if named != "" {
		server = named
	}
	o, err := redis.ParseURL(server)
	if err != nil {
		tb.Fatalf("environment variable ENOKI_TEST_REDIS: have a URL that cannot be read, want redis://host:port")
	}
	if err := dial(o); err != nil {
		if named != "" || os.Getenv("ENOKI_REQUIRE_SERVICES") == "1" {
			tb.Fatalf("want Redis at %s: %v", o.Addr, err)
		}
		return inProcess(tb)
	}
	return lease(tb, server, o)
}

// dial tells whether somebody is there: go-redis would complain on standard error.
func dial(o *redis.Options) error {
	c, err := net.DialTimeout(o.Network, o.Addr, 2*time.Second) //nolint:noctx // bounded
	if err != nil {
		return err
	}
	return c.Close()
}

// inProcess starts a Redis whose keys expire as time goes by.
func inProcess(tb testing.TB) string {
	tb.Helper()
	m := miniredis.RunT(tb)
	m.ClockTTL(true)
	return "redis://" + m.Addr() + "/0"
}
