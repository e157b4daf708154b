package redistest

import (
	"context"

	"github.com/redis/go-redis/v9"
)

// What is done to a database is done as long as the lease holds, at once: a process that
// was stopped for a while does not know that another has taken it.
var (
	occupy  = whileHeld(empty + `redis.call("SET", KEYS[2], ARGV[1])`)
	prolong = whileHeld(`redis.call("PEXPIRE", KEYS[1], ARGV[3])`)
	vacate  = whileHeld(empty + `redis.call("DEL", KEYS[1], KEYS[2])`)
	leave   = whileHeld(`redis.call("DEL", KEYS[1])`)
)

const empty = `redis.call("SELECT", ARGV[2]) redis.call("FLUSHDB") redis.call("SELECT", 0) `

func whileHeld(do string) *redis.Script {
	return redis.NewScript(`if redis.call("GET", KEYS[1]) ~= ARGV[1] then return 0 end ` + do + ` return 1`)
}

// held does something to a database, and reports whether it is still this test's; if
// not, nothing is done.
func (l *leases) held(ctx context.Context, do *redis.Script, number int) (bool, error) {
	keys := []string{holderKey(number), oursKey(number)}
	n, err := do.Run(ctx, l.zero, keys, l.holder, number, expiry.Milliseconds()).Int()
	return n == 1, err
}
