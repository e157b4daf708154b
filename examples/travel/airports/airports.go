// Package airports is a service that knows airports by their ids.
package airports

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/redis/go-redis/v9"

	"github.com/enoki-go/enoki/dependency/redisdb"
	"github.com/enoki-go/enoki/examples/travel/internal/id"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
)

// Airports keeps the name of each airport in Redis, under airport:<id>.
type Airports struct {
	_ service.Name `name:"airports_service"`

	Redis *redisdb.Client `redis:"development"`

	_ rpc.Method `method:"Create" args:"airport"`
	_ rpc.Method `method:"Get" args:"airport_id"`
}

// ErrName refuses a name. It is declared, so callers find it with errors.Is, and the
// gateway answers 400 with its text.
var ErrName = fault.Declare("airports.name", fault.Invalid, "an airport has a name of 1 to 100 characters")

const longestName = 100

// Create keeps an airport and returns its id. Two may have the same name. A call that
// runs twice, because an instance was lost, leaves one that nobody knows the id of.
func (a *Airports) Create(ctx context.Context, name string) (string, error) {
	if strings.TrimSpace(name) == "" || utf8.RuneCountInString(name) > longestName {
		return "", ErrName
	}
	airport := id.New()
	return airport, a.Redis.Set(ctx, key(airport), name, 0).Err()
}

// Get returns the name of an airport, nil where nobody has created it.
func (a *Airports) Get(ctx context.Context, airport string) (*string, error) {
	name, err := a.Redis.Get(ctx, key(airport)).Result()
	if errors.Is(err, redis.Nil) {
		return nil, nil
	}
	return &name, err
}

func key(airport string) string { return "airport:" + airport }
