package redistest

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	// databases are how many a Redis has that was not told otherwise.
	databases = 16
	// patience is how long a test waits until another gives one back.
	patience = time.Minute
	pause    = 50 * time.Millisecond
	// A test that was killed has its database for as long as this.
	expiry  = 30 * time.Second
	renewal = expiry / 3
)

// leases are kept in database 0, under keys of their own: who has a number, for as long
// as it is renewed, and that what is in there is a test's, until it was emptied.
type leases struct {
	options *redis.Options
	holder  string
	zero    *redis.Client
}

func holderKey(number int) string { return fmt.Sprintf("enoki:redistest:%d:holder", number) }
func oursKey(number int) string   { return fmt.Sprintf("enoki:redistest:%d:ours", number) }

// lease returns the URL of a database that is this test's until it ends.
func lease(tb testing.TB, server string, o *redis.Options) string {
	tb.Helper()
	l := &leases{options: o, holder: rand.Text(), zero: connect(o, 0)}
	tb.Cleanup(func() { _ = l.zero.Close() })
	ctx, cancel := context.WithTimeout(tb.Context(), patience)
	defer cancel()
	number, err := l.take(ctx)
	if err != nil {
		tb.Fatalf("lease a database of the Redis at %s: %v", o.Addr, err)
	}
	stop := l.renew(number)
	tb.Cleanup(func() {
		stop()
		if err := l.giveBack(context.Background(), number); err != nil {
			tb.Errorf("give back database %d of the Redis at %s: %v", number, o.Addr, err)
		}
	})
	return numbered(server, number)
}

func connect(o *redis.Options, number int) *redis.Client {
	own := *o
	own.DB, own.Protocol, own.ContextTimeoutEnabled = number, 2, true
	return redis.NewClient(&own)
}

func numbered(server string, number int) string {
	u, _ := url.Parse(server) // read before
	if u.Scheme == "unix" {
		query := u.Query()
		query.Set("db", strconv.Itoa(number))
		u.RawQuery = query.Encode()
		return u.String()
	}
	u.Path = "/" + strconv.Itoa(number)
	return u.String()
}

// take returns the number of a database that is free now, and empty.
func (l *leases) take(ctx context.Context) (int, error) {
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for {
		for number := 1; number < databases; number++ {
			if took, err := l.try(ctx, number); took || err != nil {
				return number, err
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return 0, fmt.Errorf("none of %d was free within %v", databases-1, patience)
		}
	}
}

// try takes a database where nobody has it. What is in there is removed only if a test
// left it.
func (l *leases) try(ctx context.Context, number int) (bool, error) {
	free, err := l.zero.SetNX(ctx, holderKey(number), l.holder, expiry).Result()
	if err != nil || !free {
		return false, err
	}
	database := connect(l.options, number)
	defer func() { _ = database.Close() }()
	size, err := database.DBSize(ctx).Result()
	if err != nil {
		return false, err
	}
	ours, err := l.zero.Exists(ctx, oursKey(number)).Result()
	if err != nil {
		return false, err
	}
	if size > 0 && ours == 0 {
		_, err := l.held(ctx, leave, number)
		return false, err
	}
	return l.held(ctx, occupy, number)
}

// renew keeps the database until stop.
func (l *leases) renew(number int) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var renewing sync.WaitGroup
	renewing.Go(func() {
		tick := time.NewTicker(renewal)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				_ = l.keep(ctx, number) // who gives back learns of it
			case <-ctx.Done():
				return
			}
		}
	})
	return func() { cancel(); renewing.Wait() }
}

// keep makes the lease last from now on.
func (l *leases) keep(ctx context.Context, number int) error {
	return lost(l.held(ctx, prolong, number))
}

func (l *leases) giveBack(ctx context.Context, number int) error {
	return lost(l.held(ctx, vacate, number))
}

func lost(held bool, err error) error {
	if err != nil || held {
		return err
	}
	return fmt.Errorf("the lease of it was lost: have a process that was stopped for longer than %v", expiry)
}
