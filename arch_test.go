package enoki_test

import (
	"os"
	"slices"
	"testing"
)

// The plan of the house: which package may know which. A new package, or a
// new module from outside, gets its sentence here before it gets an import.
// A name that ends in /... stands for the folder and all below it.
var plan = table{
	may: map[string][]string{
		// The root holds the documentation of the module.
		".": {},

		// Errors that survive a process boundary: code and public message.
		"fault": {},
		// How the world reaches a method.
		"entrypoint": {"internal/snake", "internal/suggest"},
		// What a struct may ask for.
		"dependency": {},
		// The nearest name to a misspelt one.
		"internal/suggest": {},
		// Go names in snake_case.
		"internal/snake": {},
		// What the container reads in the tags of markers, at the start as in svc vet.
		"internal/marker": {"entrypoint", "internal/suggest", "tag"},
		// Fields of structs as encoding/json sees them.
		"internal/jsonfield": {},
		// A sync.WaitGroup, for as long as a context lives.
		"internal/waitgroup": {},
		// Brokers of the process itself, by their address.
		"internal/inprocess": {},
		// A process of services and the svc run that replaces it by a newer one.
		"internal/handover": {},
		// What a test waits with.
		"internal/await": {},
		// A process that a test starts, reads and ends.
		"internal/child": {},
		// Ports where nobody listens, for tests.
		"internal/freeport": {},
		// NATS as it is without us, for tests.
		"internal/plain": {"internal/freeport"},
		// What an example passes where a test passes its *testing.T.
		"internal/stage": {},
		// YAML files, environment and defines become section structs.
		"config": {"internal/snake", "internal/suggest"},
		// Struct tags become options, strictly.
		"tag": {"internal/snake", "internal/suggest"},
		// JSON Schemas of Go types.
		"schema": {"internal/jsonfield"},
		// Go values become message bodies and come back, safely.
		"codec": {"fault"},

		// Everything that touches the bus.
		"broker": {"config", "dependency", "fault", "internal/inprocess", "internal/waitgroup"},

		// Hosts structs. It never imports the siblings below.
		"service": {"config", "dependency", "entrypoint", "fault", "internal/handover", "internal/marker", "internal/suggest", "internal/waitgroup", "service/internal/redact", "tag"},
		// Secrets, kept out of its log.
		"service/internal/redact": {"config", "entrypoint"},
		// Calls between services.
		"rpc": {"broker", "codec", "dependency", "entrypoint", "fault", "internal/suggest", "schema", "tag"},
		// Facts between services.
		"events": {"broker", "codec", "dependency", "entrypoint", "fault", "internal/suggest", "schema", "tag"},
		// HTTP routes, websockets, and the one server of a process.
		"web": {"broker", "codec", "dependency", "entrypoint", "fault", "internal/handover", "internal/suggest", "internal/waitgroup", "schema", "tag", "web/client", "web/internal/apidoc", "web/internal/sock", "web/internal/typed"},
		// How a request becomes the parameters of a method.
		"web/internal/typed": {"codec", "fault", "internal/jsonfield"},
		// OpenAPI documents and their page.
		"web/internal/apidoc": {"web/internal/typed"},
		// One websocket, and all of a process.
		"web/internal/sock": {"codec", "fault"},
		// The JavaScript client of websockets.
		"web/client": {},
		// HTTP in front of services that have none: it stands above web and rpc.
		"web/gateway": {"broker", "codec", "config", "dependency", "entrypoint", "fault", "internal/suggest", "internal/waitgroup", "rpc", "tag", "web", "web/internal/apidoc"},
		// Methods on a schedule.
		"timer": {"broker", "dependency", "entrypoint", "fault", "tag"},
		// Exclusive locks: one holder in the cluster, with a fencing token.
		"lock": {"broker", "dependency", "fault", "internal/waitgroup", "tag"},
		// One folder per real resource.
		"dependency/...": {"dependency", "fault", "tag"},
		// Transactions on SQL databases.
		"dependency/sqldb": {"dependency", "fault", "internal/suggest", "tag"},
		// A clean SQL database for each test.
		"dependency/sqldb/sqltest": {"testing"},
		// Clients of Redis.
		"dependency/redisdb": {"dependency", "fault", "internal/suggest", "tag"},
		// A Redis of its own for each test.
		"dependency/redisdb/redistest": {},
		// Values that are not to be seen.
		"dependency/secret": {"dependency", "fault", "tag"},
		// What travels with a call, as typed fields.
		"dependency/contextdata": {"dependency", "dependency/secret", "entrypoint", "fault", "tag"},
		// Clients of HTTP APIs.
		"dependency/httpclient": {"dependency", "entrypoint", "fault", "tag"},

		// Metrics and traces of all of these.
		"telemetry": {"config", "dependency", "entrypoint", "fault", "service", "web"},
		// Where traces go by OTLP.
		"telemetry/otlp": {"service", "telemetry"},

		// What the start would refuse, found in the source.
		"vet": append([]string{"dependency/...", "internal/marker"}, library...),

		// A world in a test; its package is svctest.
		"testing": append([]string{"internal/freeport", "internal/inprocess"}, library...),
		// The svc command, thin over the packages.
		"cmd/svc": append([]string{"cmd/svc/internal/...", "vet"}, library...),
		// The parts of the command, each without a word of its command line.
		"cmd/svc/internal/...": append([]string{"cmd/svc/internal/...", "internal/snake", "vet"}, library...),
		// Complete small programs, each with a test.
		"examples/...": {"..."},
		// What a program in another language does: nothing of ours.
		"examples/plain": {},
		// The suites that need more than one package, or a broken broker.
		"test/...": {"..."},
	},

	tests: []string{"dependency/redisdb/redistest", "dependency/sqldb/sqltest", "internal/await", "internal/child", "internal/plain", "internal/stage"},

	only: map[string][]string{
		"github.com/nats-io/nats.go":          {"broker", "cmd/svc", "cmd/svc/internal/...", "examples/plain", "internal/plain", "test/..."},
		"github.com/nats-io/nkeys":            {"cmd/svc/internal/..."},
		"github.com/nats-io/nats-server/v2":   {"cmd/svc/internal/...", "internal/plain", "testing", "test/..."},
		"github.com/vmihailenco/msgpack/v5":   {"codec", "examples/plain", "test/..."},
		"go.uber.org/fx":                      {"service"},
		"go.uber.org/goleak":                  {"internal/plain"},
		"go.yaml.in/yaml/v3":                  {"cmd/svc/internal/...", "config"},
		"github.com/google/jsonschema-go":     {"schema"},
		"github.com/gorilla/websocket":        {"web/internal/sock", "test/..."},
		"golang.org/x/time":                   {"web/internal/sock"},
		"github.com/danielgtaylor/huma/v2":    {"web/internal/apidoc", "web/internal/typed"},
		"github.com/swaggest/swgui":           {"web/internal/apidoc"},
		"github.com/rs/cors":                  {"web"},
		"github.com/klauspost/compress":       {"web"},
		"golang.org/x/net":                    {"web"},
		"github.com/golang-jwt/jwt/v5":        {"examples/..."},
		"github.com/jackc/pgx/v5":             {"dependency/sqldb", "dependency/sqldb/sqltest"},
		"modernc.org/sqlite":                  {"dependency/sqldb", "dependency/sqldb/sqltest"},
		"github.com/pressly/goose/v3":         {"dependency/sqldb"},
		"github.com/redis/go-redis/v9":        {"dependency/redisdb", "dependency/redisdb/redistest", "examples/..."},
		"github.com/alicebob/miniredis/v2":    {"cmd/svc/internal/...", "dependency/redisdb/redistest"},
		"github.com/prometheus/client_golang": {"telemetry"},
		"go.opentelemetry.io/otel":            {"telemetry", "telemetry/otlp"},
		"golang.org/x/crypto":                 {"examples/..."},
		"github.com/robfig/cron/v3":           {"timer"},
		"github.com/spf13/cobra":              {"cmd/svc"},
		"github.com/spf13/pflag":              {"cmd/svc"},
		"go.starlark.net":                     {"cmd/svc/internal/..."},
		"github.com/peterh/liner":             {"cmd/svc/internal/..."},
		"golang.org/x/mod":                    {"cmd/svc/internal/..."},
		"github.com/fsnotify/fsnotify":        {"cmd/svc/internal/..."},
		"golang.org/x/sys":                    {"cmd/svc/internal/..."},
		"golang.org/x/tools":                  {"cmd/svc", "cmd/svc/internal/...", "vet"},
		"golang.org/x/term":                   {"cmd/svc/internal/..."},
	},
}

// library is all that a user's program may link.
var library = []string{
	"broker", "codec", "config", "dependency/...", "entrypoint", "events", "fault", "internal/handover", "internal/suggest",
	"lock", "rpc", "schema", "service", "tag", "telemetry", "telemetry/otlp", "timer", "web", "web/gateway",
}

func TestImportsFollowThePlan(t *testing.T) {
	wantNone(t, plan.check)
}

func TestFilesStayShort(t *testing.T) {
	wantNone(t, longFiles)
}

func TestFunctionsStayShort(t *testing.T) {
	wantNone(t, longFunctions)
}

// A name in the plan that stands for no package of the plan is a slip of the
// pen, and would allow nothing.
func TestPlanNamesPackagesOfThePlan(t *testing.T) {
	for _, lists := range []map[string][]string{plan.may, plan.only} {
		for where, names := range lists {
			for _, name := range names {
				if name == "..." {
					continue
				}
				if _, known := plan.may[name]; !known && !slices.Contains(library, name) {
					t.Errorf("the entry of %s names %q, which is not in may", where, name)
				}
			}
		}
	}
	for what, names := range map[string][]string{"library": library, "tests": plan.tests} {
		for _, name := range names {
			if _, known := plan.may[name]; !known {
				t.Errorf("%s names %q, which is not in may", what, name)
			}
		}
	}
}

// wantNone reports what check finds in the checkout.
func wantNone(t *testing.T, check checkFunc) {
	t.Helper()
	found, err := check(os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	for _, violation := range found {
		t.Error(violation)
	}
}
