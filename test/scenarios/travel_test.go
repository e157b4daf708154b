//go:build linux

package scenarios_test

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/internal/await"
)

var (
	travelServices = []string{"airports", "trips", "gateway"}
	hex32          = regexp.MustCompile("^[0-9a-f]{32}$")
)

// creates types a line that is to print an id.
func (w *tour) creates(line string) (id string) {
	w.t.Helper()
	if id = w.types(line); !hex32.MatchString(id) {
		w.t.Fatalf("%s: have %q, want 32 hexadecimal characters", line, id)
	}
	return id
}

func (w *tour) createsAirport(name string) (id string) {
	w.t.Helper()
	return w.creates(fmt.Sprintf(`curl -d '{"airport": %q}' localhost:8000/airport`, name))
}

func (w *tour) createsTrip(from, to string) (id string) {
	w.t.Helper()
	return w.creates(fmt.Sprintf(`curl -d '{"airport_from":%q,"airport_to":%q}' localhost:8000/trip`, from, to))
}

// shows types a line that is to print JSON.
func (w *tour) shows(line, want string) {
	w.t.Helper()
	text := w.types(line)
	var have, wanted any
	if err := json.Unmarshal([]byte(text), &have); err != nil {
		w.t.Fatalf("%s: have %q, want JSON: %v", line, text, err)
	}
	if err := json.Unmarshal([]byte(want), &wanted); err != nil {
		w.t.Fatal(err)
	}
	if !reflect.DeepEqual(have, wanted) {
		w.t.Errorf("%s: have %s, want %s", line, text, want)
	}
}

// knows checks that the application answers as if nothing had happened.
func (w *tour) knows(airport, trip, from, to string) {
	w.t.Helper()
	w.shows("curl localhost:8000/airport/"+from, fmt.Sprintf(`{"airport": %q}`, airport))
	w.shows("curl localhost:8000/trip/"+trip, fmt.Sprintf(`{"trip": {"from": %q, "to": %q}}`, from, to))
	w.createsTrip(w.createsAirport("another"), to)
}

// answersAll creates and reads, each once.
func (w *tour) answersAll() {
	w.t.Helper()
	from, to := w.createsAirport("Oslo"), w.createsAirport("Rome")
	w.knows("Oslo", w.createsTrip(from, to), from, to)
}

func TestS13ServicesComeUpBeforeTheirBrokerAndRedis(t *testing.T) {
	t.Parallel()
	w := newTour(t)
	for _, name := range []string{"gateway", "trips", "airports"} {
		w.travel(name).await("msg=started", 1)
	}
	w.processes["gateway"].await("broker unreachable", 1)
	w.startBroker()
	for _, name := range travelServices {
		w.processes[name].await("connected to broker", 1)
	}
	if text := w.types(`curl -o /dev/null -w '%{http_code}' -d '{"airport": "early"}' localhost:8000/airport`); text != "503" {
		t.Errorf("have status %s without Redis, want 503", text)
	}
	w.redis.open()
	w.ready()
	w.answersAll()
}

func TestS13EachServiceIsKilledOnce(t *testing.T) {
	t.Parallel()
	w := openTour(t)
	w.all("trips", "airports", "gateway")
	from, to := w.createsAirport("Oslo"), w.createsAirport("Rome")
	trip := w.createsTrip(from, to)
	for _, name := range travelServices {
		w.crash(name)
		w.ready()
		w.knows("Oslo", trip, from, to)
	}
}

func TestS13RedisGoesAwayAndComesBack(t *testing.T) {
	t.Parallel()
	w := openTour(t)
	w.all(travelServices...)
	from, to := w.createsAirport("Oslo"), w.createsAirport("Rome")
	trip := w.createsTrip(from, to)
	w.redis.shut()
	for _, path := range []string{"airport/" + from, "trip/" + trip} {
		if text := w.types("curl -i localhost:8000/" + path); !strings.HasPrefix(text, "HTTP/1.1 503 ") || strings.Contains(text, w.redis.addr) {
			t.Errorf("GET /%s without Redis: have\n%s\nwant 503, and no address", path, text)
		}
	}
	w.redis.open()
	w.ready()
	w.knows("Oslo", trip, from, to)
}

func TestS14AirportIsCreated(t *testing.T) {
	t.Parallel()
	w := openTour(t)
	w.all(travelServices...)
	w.wantID(`curl -i -d '{"airport": "first_airport"}' localhost:8000/airport`)
}

func TestS15AirportIsRead(t *testing.T) {
	t.Parallel()
	w := openTour(t)
	w.all(travelServices...)
	w.shows("curl localhost:8000/airport/"+w.createsAirport("first_airport"), `{"airport": "first_airport"}`)
}

func TestS16UnknownIdIsNull(t *testing.T) {
	t.Parallel()
	w := openTour(t)
	w.all(travelServices...)
	w.shows("curl localhost:8000/airport/"+strings.Repeat("0", 32), `{"airport": null}`)
	w.shows("curl localhost:8000/trip/unknown", `{"trip": null}`)
}

func TestS17TripIsCreated(t *testing.T) {
	t.Parallel()
	w := openTour(t)
	w.all(travelServices...)
	from, to := w.createsAirport("first_airport"), w.createsAirport("second_airport")
	w.wantID(fmt.Sprintf(`curl -i -d '{"airport_from":%q,"airport_to":%q}' localhost:8000/trip`, from, to))
}

func TestS18TripIsRead(t *testing.T) {
	t.Parallel()
	w := openTour(t)
	w.all(travelServices...)
	from, to := w.createsAirport("first_airport"), w.createsAirport("second_airport")
	w.shows("curl localhost:8000/trip/"+w.createsTrip(from, to), fmt.Sprintf(`{"trip": {"from": %q, "to": %q}}`, from, to))
}

// wantID types a line that is to print an answer with an id.
func (w *tour) wantID(line string) {
	w.t.Helper()
	text := w.types(line)
	head, body, _ := strings.Cut(text, "\n\n")
	for _, want := range []string{"HTTP/1.1 200 OK", "Content-Type: text/plain; charset=utf-8", "Content-Length: 32"} {
		if !slices.Contains(strings.Split(head, "\n"), want) {
			w.t.Errorf("%s: have\n%s\nwant the line %q", line, head, want)
		}
	}
	if !hex32.MatchString(body) {
		w.t.Errorf("%s: have %q, want 32 hexadecimal characters", line, body)
	}
}

func TestS19WrongRequestsNeverKillTheGateway(t *testing.T) {
	t.Parallel()
	w := openTour(t)
	w.all(travelServices...)
	pid := worker(t, w.processes["gateway"].Pid())
	for _, tt := range []struct{ line, status, header string }{
		{`curl -i -d '{"airport": ' localhost:8000/airport`, "400 Bad Request", ""},
		{`curl -i -d 'no json' localhost:8000/trip`, "400 Bad Request", ""},
		{`curl -i -d '{"airport_from": 7}' localhost:8000/trip`, "400 Bad Request", ""},
		{`curl -i -X DELETE localhost:8000/airport`, "405 Method Not Allowed", "\nAllow: POST\n"},
		{`curl -i -X POST localhost:8000/airport/1`, "405 Method Not Allowed", "\nAllow: GET, HEAD\n"},
		{`curl -i localhost:8000/trip`, "405 Method Not Allowed", "\nAllow: POST\n"},
		{`curl -i localhost:8000/nowhere`, "404 Not Found", ""},
	} {
		have := w.types(tt.line)
		if !strings.HasPrefix(have, "HTTP/1.1 "+tt.status+"\n") || !strings.Contains(have, tt.header) {
			t.Errorf("%s: have\n%s\nwant %s%s", tt.line, have, tt.status, tt.header)
		}
	}
	w.answersAll()
	if have := worker(t, w.processes["gateway"].Pid()); have != pid {
		t.Errorf("the gateway was process %d, and is %d", pid, have)
	}
}

// One request after the other goes to whichever worker is free: where each had a client,
// there would be as many connections.
func TestS20RedisIsFoundByItsHostAndSharedByAllWorkers(t *testing.T) {
	t.Parallel()
	w := openTour(t)
	w.all(travelServices...)
	cmd := exec.CommandContext(await.Within(t), bench.Svc, "config", "--config", "config.yml")
	cmd.Dir, cmd.Env = bench.Root+"/examples/travel", append(bench.Env, w.env...)
	if text, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(text), "development: redis://"+w.redis.addr+"/") {
		t.Errorf("svc config: have %v and\n%s\nwant the address of REDIS_HOST", err, text)
	}
	for range 25 {
		w.createsAirport("again")
	}
	if now, total := w.redis.count(); now == 0 || total > 4 {
		t.Errorf("have %d connections to Redis, of %d, from two processes, want one or two of each", now, total)
	}
	for _, name := range travelServices {
		w.processes[name].Stop()
		w.processes[name].Exits(0)
	}
	await.Until(t, "no connection to Redis is left", w.redis.empty)
}

func TestS21OrderOfStartIsIrrelevant(t *testing.T) {
	t.Parallel()
	for _, order := range [][]string{
		{"airports", "trips", "gateway"}, {"gateway", "airports", "trips"}, {"trips", "gateway", "airports"},
	} {
		t.Run(strings.Join(order, " "), func(t *testing.T) {
			w := openTour(t)
			for _, name := range order {
				w.travel(name).await("msg=started", 1) // the next one only then
			}
			w.ready()
			w.answersAll()
		})
	}
}

func TestS21AllServicesRunInOneProcess(t *testing.T) {
	t.Parallel()
	w := openTour(t)
	p := w.travel("./...")
	p.await("msg=started", len(travelServices))
	w.ready()
	w.answersAll()
	worker(t, p.Pid()) // is the only one
	p.Stop()
	p.Exits(0)
	await.Until(t, "no connection to Redis is left", w.redis.empty)
}
