package nats_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/nats-io/jsm.go/schemas"
	client "github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"

	"github.com/enoki-go/enoki/examples/hello"
	"github.com/enoki-go/enoki/examples/orders"
	svctest "github.com/enoki-go/enoki/testing"
)

// patience is how long a question to a service may take here.
const patience = 30 * time.Second

var command string // the nats command

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "nats")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a temporary folder
	command = filepath.Join(dir, "nats")
	build := exec.Command("go", "build", "-o", command, "github.com/nats-io/natscli/nats")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build the nats command: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

func world(t *testing.T) *svctest.World {
	t.Helper()
	w := svctest.New(t, &hello.GreetingService{}, &orders.Stocks{}, &orders.Prices{}, &orders.Orders{}, orders.Options())
	svctest.Call[int](w, "stocks.reserve", "apples", 1)
	if _, err := w.Client().Proxy("stocks").Call(t.Context(), "reserve", "apples", 1_000_000); err == nil {
		t.Fatal("a million apples were reserved")
	}
	return w
}

// nats runs the command as a user does.
func nats(t *testing.T, w *svctest.World, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, command, append([]string{"--server", w.Client().Connection().URL(), "--no-context"}, args...)...)
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir(), "XDG_CONFIG_HOME="+t.TempDir())
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("nats %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

func wantAll(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("want %q in\n%s", part, text)
		}
	}
}

func TestTheCommandListsOurServices(t *testing.T) {
	wantAll(t, nats(t, world(t), "micro", "ls"), "greeting_service", "stocks", "orders", "prices")
}

func TestTheCommandPingsOurServices(t *testing.T) {
	wantAll(t, nats(t, world(t), "micro", "ping"), "greeting_service", "stocks")
}

func TestTheCommandKnowsWhatOurServicesOffer(t *testing.T) {
	wantAll(t, nats(t, world(t), "micro", "info", "greeting_service"), "greeting_service", "svc.rpc.greeting_service.hello", "schema_hash")
}

func TestTheCommandShowsHowOurServicesFare(t *testing.T) {
	text := nats(t, world(t), "micro", "stats", "stocks")
	wantAll(t, text, "stocks", "reserve")
}

func TestTheCommandCallsOurServices(t *testing.T) {
	w := world(t)
	wantAll(t, nats(t, w, "req", "svc.rpc.greeting_service.hello", `"world"`), `"Hello, world!"`)
	wantAll(t, nats(t, w, "req", "svc.rpc.greeting_service.hello", "7"), "Nats-Service-Error-Code: 400", "Svc-Error: svc.bad_arguments")
}

// What ADR-32 wants of each answer is what its authors publish as JSON Schema.
func TestAnswersAreWhatTheSchemasOfNATSWant(t *testing.T) {
	conn := world(t).Client().Connection()
	for verb, file := range map[string]string{"PING": "ping_response", "INFO": "info_response", "STATS": "stats_response"} {
		for _, service := range []string{"greeting_service", "stocks", "orders"} {
			answer := ask(t, conn.URL(), "$SRV."+verb+"."+service)
			if err := validate(t, "micro/v1/"+file+".json", answer); err != nil {
				t.Errorf("%s of %s: %v\n%s", verb, service, err, answer)
			}
		}
	}
}

// The types of the client that NATS publishes read all that it has fields for.
func TestAnswersAreReadByTheTypesOfNATS(t *testing.T) {
	conn := world(t).Client().Connection()
	var stats micro.Stats
	strictly(t, ask(t, conn.URL(), "$SRV.STATS.stocks"), &stats)
	e := stats.Endpoints[0]
	if stats.Name != "stocks" || e.Name != "reserve" || e.NumRequests != 2 || e.NumErrors != 1 || e.LastError == "" || e.QueueGroup != "stocks" {
		t.Errorf("have %+v, want 2 requests and 1 error of reserve", e)
	}
	var info micro.Info
	strictly(t, ask(t, conn.URL(), "$SRV.INFO.greeting_service"), &info)
	if info.Type != micro.InfoResponseType || info.Endpoints[0].Subject != "svc.rpc.greeting_service.hello" {
		t.Errorf("have %+v", info)
	}
	var ping micro.Ping
	strictly(t, ask(t, conn.URL(), "$SRV.PING.greeting_service"), &ping)
	if ping.Type != micro.PingResponseType || ping.ID == "" {
		t.Errorf("have %+v", ping)
	}
}

// ours are the fields that ADR-32 does not know.
var ours = []string{"data", "svc_entrypoints", "svc_targets"}

// strictly reads an answer and refuses fields that nobody knows.
func strictly(t *testing.T, answer []byte, into any) {
	t.Helper()
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(answer, &fields); err != nil {
		t.Fatal(err)
	}
	for _, name := range ours {
		delete(fields, name)
	}
	known, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(bytes.NewReader(known))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		t.Errorf("read %s: %v", known, err)
	}
}

func validate(t *testing.T, file string, document []byte) error {
	t.Helper()
	text, err := schemas.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	var s jsonschema.Schema
	if err := json.Unmarshal(text, &s); err != nil {
		t.Fatal(err)
	}
	resolved, err := s.Resolve(nil)
	if err != nil {
		t.Fatal(err)
	}
	var value any
	if err := json.Unmarshal(document, &value); err != nil {
		return err
	}
	return resolved.Validate(value)
}

// ask returns the first answer to a question without a body.
func ask(t *testing.T, url, subject string) []byte {
	t.Helper()
	conn, err := client.Connect(url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	answer, err := conn.Request(subject, nil, patience)
	if err != nil {
		t.Fatal(err)
	}
	return answer.Data
}
