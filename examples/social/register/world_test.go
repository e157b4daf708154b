package register_test

import (
	"context"
	"log/slog"
	"testing"

	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"

	"github.com/enoki-go/enoki/dependency/redisdb"
	"github.com/enoki-go/enoki/dependency/redisdb/redistest"
	"github.com/enoki-go/enoki/examples/social/register"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A service is the struct itself, on a database of its own: no broker is needed to call
// its methods.
type service struct {
	register.Register

	t *testing.T
}

func newRegister(t *testing.T) *service {
	t.Helper()
	o, err := redis.ParseURL(redistest.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	client := redis.NewClient(o)
	t.Cleanup(func() { _ = client.Close() })
	return &service{register.Register{Redis: &redisdb.Client{Client: client}, Log: slog.New(slog.DiscardHandler)}, t}
}

func (s *service) register(user register.User) (uID *string, message string, err error) {
	return s.Register.Register(s.t.Context(), user)
}

// registers registers a user who is new, and returns the u_id.
func (s *service) registers(user register.User) string {
	s.t.Helper()
	uID, message, err := s.register(user)
	return wantNew(s.t, uID, message, err)
}

// hash returns a hash as it is in Redis.
func (s *service) hash(key string) map[string]string {
	s.t.Helper()
	fields, err := s.Redis.HGetAll(s.t.Context(), key).Result()
	if err != nil {
		s.t.Fatal(err)
	}
	return fields
}

// A setting is an HSETNX on its way to Redis.
type setting struct {
	*redis.BoolCmd

	send func() error
}

func (s setting) hash() string  { return s.Args()[1].(string) }
func (s setting) field() string { return s.Args()[2].(string) }

// refuse answers as a Redis does in which the field is there.
func (s setting) refuse() error {
	s.SetVal(false)
	return nil
}

// interfere lets a test stand between the service and Redis.
func (s *service) interfere(with func(s setting) error) { s.Redis.AddHook(interference(with)) }

// interference is a hook of go-redis.
type interference func(s setting) error

func (i interference) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, command redis.Cmder) error {
		if command.Name() != "hsetnx" {
			return next(ctx, command)
		}
		err := i(setting{command.(*redis.BoolCmd), func() error { return next(ctx, command) }})
		command.SetErr(err)
		return err
	}
}

func (interference) DialHook(next redis.DialHook) redis.DialHook { return next }

func (interference) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}
