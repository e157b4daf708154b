package redisdb_test

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/config"
	"github.com/enoki-go/enoki/dependency/redisdb"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
	svctest "github.com/enoki-go/enoki/testing"
)

func newApp(settings string, services ...any) (*service.App, error) {
	cfg, err := config.Load(config.Text("test.yml", settings))
	if err != nil {
		return nil, err
	}
	return service.New(cfg, service.Logger(slog.New(slog.DiscardHandler)), service.With(services...))
}

func TestMistakesAreFoundBeforeTheStart(t *testing.T) {
	t.Parallel()
	const cannot = "have a URL that cannot be read (signs such as / ? # @ in a password are written as %2F %3F %23 %40); want redis://user:password@host:port/number"
	for name, tt := range map[string]struct{ settings, want string }{
		"other keys only": {
			"redis: {dev: {}}\nREDIS_URIS: {cache: 'redis://:pa55@h'}",
			`redis development has no configuration: want the key redis.development.url ("redis://127.0.0.1:6379/0" for one on this machine) or REDIS_URIS.development, have keys cache, dev`,
		},
		"a misspelt key": {
			"REDIS_URIS: {developmnt: 'redis://:pa55@h'}", `have keys developmnt; did you mean "developmnt"?`,
		},
		"both": {
			"redis: {development: {url: 'redis://:pa55@a'}}\nREDIS_URIS: {development: 'redis://:pa55@b'}",
			"configuration keys redis.development.url and REDIS_URIS.development: have a URL in both, want one of them",
		},
		"unknown scheme": {
			"REDIS_URIS: {development: 'http://:pa55@a'}",
			`configuration key REDIS_URIS.development: have a URL that begins with "http"; want redis://`,
		},
		"no scheme":         {"redis: {development: {url: '//pa55word-and-more'}}", "configuration key redis.development.url: have a URL without a scheme; want redis://"},
		"empty":             {"REDIS_URIS: {development: ''}", "configuration key REDIS_URIS.development: have a URL without a scheme"},
		"a slash":           {"redis: {development: {url: 'redis://u:1/pa55@a/0'}}", cannot},
		"a hash":            {"redis: {development: {url: 'redis://u:1#pa55@a/0'}}", cannot},
		"a question mark":   {"redis: {development: {url: 'redis://u:1?pa55@a/0'}}", cannot},
		"a word as a port":  {"redis: {development: {url: 'redis://u:pa55'}}", cannot},
		"no number":         {"redis: {development: {url: 'redis://h/zero'}}", `have a URL with a mistake: invalid database number: "zero"; want redis://`},
		"unknown parameter": {"redis: {development: {url: 'redis://h?read_timout=1s'}}", `have a URL with a mistake: unexpected option: read_timout; want`},
		"unknown key":       {"redis: {development: {uri: 'redis://h'}}", "redis.development"},
		"no connections":    {"redis: {development: {pool_size: 0}}", "configuration key redis.development.pool_size: have 0, want more than 0"},
		"no time":           {"redis: {development: {read_timeout: -1s}}", "configuration key redis.development.read_timeout: have -1s, want more than 0"},
		"all at once":       {"redis: {development: {url: 'redis://h/zero', dial_timeout: 0s}}", "configuration key redis.development.dial_timeout: have 0s, want more than 0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := newApp(tt.settings, &airports{})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("have %v, want %s", err, tt.want)
			}
			if strings.Contains(err.Error(), "pa55") {
				t.Errorf("have the password in %v", err)
			}
		})
	}
}

func TestAMistakeInTheEnvironmentIsNamed(t *testing.T) {
	t.Setenv("REDIS_URL", "rediss//:pa55@h")
	_, err := newApp("", &airports{})
	if err == nil || !strings.Contains(err.Error(), "environment variable REDIS_URL: have a URL ") || strings.Contains(err.Error(), "pa55") {
		t.Errorf("have %v, want the variable in the error", err)
	}
}

// misnamed has tags that are mistakes.
type misnamed struct {
	A *redisdb.Client `redis:"a.b"`
	B *redisdb.Client `redis:""`
	C *redisdb.Client `db:"development"`

	_ door `method:"Run"`
}

func (*misnamed) Run() {}

func TestTagsThatCannotWorkAreRefused(t *testing.T) {
	t.Parallel()
	_, err := newApp("", &misnamed{})
	for _, want := range []string{
		`field A: tag key redis: have "a.b", want a key of the configuration: 1 to 64 letters, digits, - or _`,
		`field B: tag key redis: have "", want`,
		`field C: `,
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("have %v, want %s", err, want)
		}
	}
}

// nameless says nothing of its Redis.
type nameless struct {
	_ service.Name `name:"airports"`

	Redis *redisdb.Client

	_ door `method:"Client"`
}

func (n *nameless) Client() *redisdb.Client { return n.Redis }

func client(t *testing.T, w *svctest.World) *redisdb.Client {
	t.Helper()
	have, err := w.Hook(await.Within(t), "airports", "Client")
	if err != nil {
		t.Fatal(err)
	}
	return have.(*redisdb.Client)
}

func TestARedisWithoutAKeyIsTheDefaultOne(t *testing.T) {
	t.Parallel()
	w := svctest.New(t, &nameless{}, svctest.Config("redis: {default: {url: 'redis://localhost:1/7'}}"))
	if o := client(t, w).Options(); o.Addr != "localhost:1" || o.DB != 7 {
		t.Errorf("have %s, %d, want what the configuration says", o.Addr, o.DB)
	}
}

func TestTheEnvironmentNamesTheRedisWhereTheConfigurationDoesNot(t *testing.T) {
	for _, tt := range []struct{ environment, settings, want string }{
		{"", "", "127.0.0.1:6379"},
		{"redis://localhost:1", "", "localhost:1"},
		{"redis://localhost:1", "redis: {default: {pool_size: 1}}", "localhost:1"},
		{"redis://localhost:1", "redis: {default: {url: 'redis://localhost:2'}}", "localhost:2"},
		{"redis://localhost:1", "REDIS_URIS: {default: 'redis://${REDIS_HOST:localhost}:2/0'}", "localhost:2"},
	} {
		t.Run(fmt.Sprintf("%q %s", tt.environment, tt.settings), func(t *testing.T) {
			t.Setenv("REDIS_URL", tt.environment)
			w := svctest.New(t, &nameless{}, svctest.Config(tt.settings))
			if have := client(t, w).Options().Addr; have != tt.want {
				t.Errorf("have %s, want %s", have, tt.want)
			}
		})
	}
}

func TestParametersOfTheURLCountBeforeTheKeys(t *testing.T) {
	t.Parallel()
	w := svctest.New(t, &nameless{}, svctest.Config(`
redis: {default: {pool_size: 3, read_timeout: 5s}}
REDIS_URIS: {default: 'redis://localhost:1?pool_size=7'}
`))
	if o := client(t, w).Options(); o.PoolSize != 7 || o.ReadTimeout.String() != "5s" || o.DialTimeout.String() != "2s" {
		t.Errorf("have %d connections, %v to read and %v to dial, want 7, 5s and 2s", o.PoolSize, o.ReadTimeout, o.DialTimeout)
	}
}

// pointless is without the star that a client has.
type pointless struct {
	Redis redisdb.Client `redis:"development"`

	_ rpc.Method `method:"Get"`
}

func (*pointless) Get() {}

func TestClientIsAPointer(t *testing.T) {
	t.Parallel()
	_, err := newApp("", &pointless{})
	if want := "field Redis: have a field of type redisdb.Client, want *redisdb.Client"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("have %v, want %s", err, want)
	}
}
