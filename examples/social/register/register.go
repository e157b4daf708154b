// Package register is a service that knows the users.
package register

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"math/rand/v2"
	"strconv"

	"github.com/redis/go-redis/v9"

	"github.com/enoki-go/enoki/dependency/redisdb"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
)

// Register keeps users in two hashes of Redis: users leads from an email to a u_id,
// users_data from a u_id to the user.
type Register struct {
	_ service.Name `name:"register"`

	Redis *redisdb.Client `redis:"development"`
	Log   *slog.Logger

	_ rpc.Method `method:"Register"`
	_ rpc.Method `method:"Find" args:"u_id"`
}

const (
	users     = "users"
	usersData = "users_data"
)

// User is somebody who has registered, or wants to.
type User struct {
	Timestamp int64  `json:"timestamp"`
	Email     string `json:"email"`
	Name      string `json:"name"`
	Language  string `json:"language"`
	Country   string `json:"country"`
}

// ErrNoEmail refuses a user without an email, by which users are told apart.
var ErrNoEmail = fault.Declare("register.no_email", fault.Invalid, "email is null.")

const (
	alreadyRegistered = "already registered."
	registerFailed    = "register failed."
)

// Register returns the u_id of a user. The message is "" for one who is new; else it says
// that the email was registered before, or, without a u_id, that Redis took nothing.
//
// What two users cannot have in common, Redis decides: HSETNX lets one caller of many set
// a field. A user is there before an email leads to it, so that whoever has a u_id finds
// its user, whatever is lost on the way. Where an instance is lost between the two, a
// u_id that nobody knows stays behind.
func (r *Register) Register(ctx context.Context, user User) (uID *string, message string, err error) {
	if user.Email == "" {
		return nil, "", ErrNoEmail
	}
	known, err := r.known(ctx, user.Email)
	if known != nil || err != nil {
		return known, alreadyRegistered, err
	}
	mine, err := r.keep(ctx, user)
	if mine == nil || err != nil {
		return nil, registerFailed, err
	}
	return r.lead(ctx, user.Email, mine)
}

// known returns the u_id to which an email leads, nil for none.
func (r *Register) known(ctx context.Context, email string) (*string, error) {
	uID, err := r.Redis.HGet(ctx, users, email).Result()
	if errors.Is(err, redis.Nil) {
		return nil, nil
	}
	return &uID, err
}

// A u_id has seven digits.
const (
	lowest  = 7_000_000
	highest = 9_999_999
	draws   = 10 // until Redis takes one: so many are in use already, or it takes none
)

// keep keeps a user under a u_id that nobody has, and returns it: nil where Redis takes
// none.
func (r *Register) keep(ctx context.Context, user User) (*string, error) {
	data, err := json.Marshal(user)
	if err != nil {
		return nil, err
	}
	for range draws {
		drawn := strconv.Itoa(lowest + rand.IntN(highest-lowest+1))
		kept, err := r.Redis.HSetNX(ctx, usersData, drawn, data).Result()
		if err != nil {
			return nil, err
		}
		if kept {
			return &drawn, nil
		}
	}
	return nil, nil
}

// lead lets an email lead to a u_id that is kept, unless somebody else was quicker: then
// that one counts. After an error it is unknown where the email leads, so the u_id stays.
func (r *Register) lead(ctx context.Context, email string, mine *string) (uID *string, message string, err error) {
	leads, err := r.Redis.HSetNX(ctx, users, email, *mine).Result()
	if leads || err != nil {
		return mine, "", err
	}
	known, err := r.known(ctx, email)
	switch {
	case err != nil:
		return nil, "", err
	case known != nil && *known == *mine: // set by a try whose answer was lost
		return mine, "", nil
	case known == nil:
		message = registerFailed
	default:
		message = alreadyRegistered
	}
	return known, message, r.Redis.HDel(ctx, usersData, *mine).Err()
}

// Find returns a user, nil where nobody has the u_id.
func (r *Register) Find(ctx context.Context, uID string) (*User, error) {
	r.Log.InfoContext(ctx, "user is looked up", "u_id", uID, "stack", stack(ctx))
	data, err := r.Redis.HGet(ctx, usersData, uID).Bytes()
	if errors.Is(err, redis.Nil) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var user User
	return &user, json.Unmarshal(data, &user)
}

// stack returns the ids of the calls that led here, the first one first.
func stack(ctx context.Context) []string {
	if c := entrypoint.FromContext(ctx); c != nil {
		return c.Stack()
	}
	return nil // a unit test
}
