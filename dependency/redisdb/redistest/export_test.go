package redistest

import (
	"context"

	"github.com/redis/go-redis/v9"
)

// Renew is what a test does from time to time, as a holder.
func Renew(url, holder string, number int) error {
	o, err := redis.ParseURL(url)
	if err != nil {
		return err
	}
	l := &leases{options: o, holder: holder, zero: connect(o, 0)}
	defer func() { _ = l.zero.Close() }()
	return l.keep(context.Background(), number)
}
