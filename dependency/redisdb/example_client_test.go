package redisdb_test

import (
	"context"
	"fmt"

	"github.com/alicebob/miniredis/v2"

	"github.com/enoki-go/enoki/dependency/redisdb"
	"github.com/enoki-go/enoki/internal/stage"
	"github.com/enoki-go/enoki/rpc"
	svctest "github.com/enoki-go/enoki/testing"
)

// Visits counts in Redis. The tag is the key of its URL in the configuration.
type Visits struct {
	Redis *redisdb.Client `redis:"counters"`

	_ rpc.Method `method:"Count" args:"page"`
}

// Count has all commands of go-redis.
func (v *Visits) Count(ctx context.Context, page string) (int64, error) {
	return v.Redis.Incr(ctx, "visits:"+page).Result()
}

func ExampleClient() {
	t := new(stage.Stage)
	defer t.End()
	server, err := miniredis.Run() // one in this process
	if err != nil {
		panic(err)
	}
	defer server.Close()

	w := svctest.New(t, &Visits{}, svctest.Config("redis: {counters: {url: 'redis://"+server.Addr()+"/0'}}"))
	svctest.Call[int](w, "visits.count", "home")
	fmt.Println(svctest.Call[int](w, "visits.count", "home"))
	w.Stop()
	// Output: 2
}
