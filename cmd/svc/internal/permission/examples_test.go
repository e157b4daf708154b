package permission_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/enoki-go/enoki/dependency/redisdb/redistest"
	"github.com/enoki-go/enoki/examples/auth"
	"github.com/enoki-go/enoki/examples/chat"
	"github.com/enoki-go/enoki/examples/events"
	"github.com/enoki-go/enoki/examples/extending/clerk"
	"github.com/enoki-go/enoki/examples/hello"
	"github.com/enoki-go/enoki/examples/jobs"
	"github.com/enoki-go/enoki/examples/metropolis"
	"github.com/enoki-go/enoki/examples/notes"
	"github.com/enoki-go/enoki/examples/orders"
	"github.com/enoki-go/enoki/examples/reports"
	"github.com/enoki-go/enoki/examples/social/api"
	"github.com/enoki-go/enoki/examples/social/push"
	"github.com/enoki-go/enoki/examples/social/register"
	"github.com/enoki-go/enoki/examples/travel/airports"
	"github.com/enoki-go/enoki/examples/travel/gateway"
	"github.com/enoki-go/enoki/examples/travel/trips"
	"github.com/enoki-go/enoki/examples/users"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/rpc"
)

func of(services ...any) process {
	return process{services: func() []any { return services }}
}

func (p process) with(config string) process {
	p.config = config
	return p
}

type painter struct{}

func (painter) Paint(context.Context, string, int, string) error { return nil }

// example is an example of the tree, and what it is for.
type example struct {
	processes func(t *testing.T) []process
	drive     func(f *field)
}

var examples = map[string]example{
	"hello": {
		func(*testing.T) []process { return []process{of(&hello.GreetingService{})} },
		func(f *field) { f.want("hello", f.call("greeting_service.hello", "ann"), "Hello, ann!") },
	},
	"orders": {
		func(*testing.T) []process {
			return []process{of(&orders.Orders{}), of(&orders.Prices{}), {services: func() []any { return []any{&orders.Stocks{}, orders.Options()} }}}
		},
		func(f *field) {
			f.call("orders.create", "apples", 2)
			f.call("stocks.total")
		},
	},
	"events": {
		func(*testing.T) []process {
			return []process{
				of(&events.ServiceA{}), of(&events.ServiceB{}),
				{services: func() []any { return []any{&events.Catalog{}, events.Options()} }},
				{services: func() []any { return []any{&events.Shop{}, events.Options()} }},
			}
		},
		driveEvents,
	},
	"jobs": {
		func(t *testing.T) []process {
			t.Helper()
			folder := t.TempDir()
			return []process{of(&jobs.Thumbnails{Painter: painter{}}).with(fmt.Sprintf(
				"thumbnails: {folder: %q}\ndatabases: {thumbnails: {url: %q}}", folder, "sqlite:"+filepath.Join(folder, "t.db")))}
		},
		func(f *field) {
			id := f.call("thumbnails.request", "https://pictures.example/cat.png")
			f.until("the job is done", func() bool { return strings.Contains(fmt.Sprint(f.call("thumbnails.status", id)), "done") })
			f.call("thumbnails.sweep")
		},
	},
	"reports": {
		func(t *testing.T) []process {
			t.Helper()
			return []process{of(&reports.Reports{}).with(fmt.Sprintf("reports: {folder: %q, month: 1ms}", t.TempDir()))}
		},
		func(f *field) {
			build, err := rpc.JobOf[int, reports.Report](f.client, "reports.build")
			if err == nil {
				_, err = build.Call(await.Within(f.t), 2026)
			}
			if err != nil {
				f.fail("build: %v", err)
			}
			f.call("reports.find", 2026)
		},
	},
	"metropolis": {
		func(*testing.T) []process { return []process{of(&metropolis.Worker{}), of(&metropolis.Gateway{})} },
		func(f *field) {
			status, body := f.send("GET", "/foo?data=asdf", "", "")
			f.want("reversed", fmt.Sprint(status, body), `200"fdsa"`)
		},
	},
	"chat": {
		func(*testing.T) []process {
			one := process{services: func() []any { return []any{&chat.Chat{}, chat.Options()} }}
			return []process{one}
		},
		driveChat,
	},
	"notes": {
		func(*testing.T) []process {
			return []process{{services: func() []any { return []any{&notes.Notes{}, notes.Options()} }}, of(&notes.Indexer{})}
		},
		func(f *field) {
			_, token := f.send("POST", "/login", "", `{"user":"ann","password":"enoki"}`)
			status, body := f.send("POST", "/notes", token, `{"title":"milk","text":"two bottles"}`)
			f.want("written "+body, status, 201)
			_, words := f.send("GET", "/notes/1/words", token, "")
			f.want("words", words, 2)
			f.call("notes.tidy")
		},
	},
	"auth": {
		func(*testing.T) []process {
			hash := `"$2a$10$GgqS8nRGoOkgde36mQgGi.OoK3T1t3kXKfoERypJWu7tAPG3Sf9TW"` // of chairlift, as in its config.yml
			door := process{services: func() []any { return []any{&auth.Door{}, auth.Options()} }}
			return []process{
				door.with("users: {ann: {roles: [editor, admin], password: " + hash + "}}"),
				{services: func() []any { return []any{&auth.Documents{}, auth.Options()} }},
				{services: func() []any { return []any{&auth.Audit{}, auth.Options()} }},
			}
		},
		func(f *field) {
			_, token := f.send("POST", "/login", "", `{"user":"ann","password":"chairlift"}`)
			status, body := f.send("PUT", "/documents/plan", token, `{"text":"x"}`)
			f.want("written "+body, status, 204)
			status, body = f.send("GET", "/audit", token, "")
			f.want("audit "+body, status, 200)
		},
	},
	"social": {
		func(t *testing.T) []process {
			t.Helper()
			redis := "REDIS_URIS: {development: " + redistest.URL(t) + "}"
			return []process{
				{services: func() []any { return []any{&api.API{}} }}, of(&push.Push{}), of(&register.Register{}).with(redis),
			}
		},
		func(f *field) {
			status, body := f.send("POST", "/api/v1/register", "", `{"email":"a@example.org","language":"de","country":"at"}`)
			f.want("registered "+body, status, 200)
			var told struct{ Data struct{ U_ID string } } //nolint:revive // as it is sent
			_ = json.Unmarshal([]byte(body), &told)
			f.call("push.push", "nobody", "hello")
		},
	},
	"travel": {
		func(t *testing.T) []process {
			t.Helper()
			redis := "REDIS_URIS: {development: " + redistest.URL(t) + "}"
			return []process{of(&gateway.Gateway{}), of(&airports.Airports{}).with(redis), of(&trips.Trips{}).with(redis)}
		},
		func(f *field) {
			_, from := f.send("POST", "/airport", "", `{"airport":"first"}`)
			_, to := f.send("POST", "/airport", "", `{"airport":"second"}`)
			status, body := f.send("POST", "/trip", "", fmt.Sprintf(`{"airport_from":%q,"airport_to":%q}`, from, to))
			f.want("trip "+body, status, 200)
		},
	},
	"users": {
		func(t *testing.T) []process {
			t.Helper()
			return []process{of(&users.Users{}).with(fmt.Sprintf("databases: {users: {url: %q}, audit: {url: %q}}",
				"sqlite:"+filepath.Join(t.TempDir(), "u.db"), "sqlite:"+filepath.Join(t.TempDir(), "a.db")))}
		},
		func(f *field) {
			id := f.call("myservice.add_user", "ann")
			f.want("name", f.call("myservice.get_username", id), "ann")
		},
	},
	"extending": {
		func(t *testing.T) []process {
			t.Helper()
			return []process{of(&clerk.Clerk{}).with(fmt.Sprintf("journal: {path: %q}", filepath.Join(t.TempDir(), "journal.txt")))}
		},
		func(f *field) { f.want("users of the broker", len(f.users), 0) },
	},
}

func driveEvents(f *field) {
	f.call("servicea.emit_an_event")
	f.call("catalog.set", "apple", 30)
	for _, cents := range []int{40, 50} {
		f.call("shop.price", "apple")
		f.call("catalog.set", "apple", cents)
		f.until("the shop has heard", func() bool { return strings.Contains(fmt.Sprint(f.call("shop.price", "apple")), strconv.Itoa(cents)) })
	}
}

func driveChat(f *field) {
	conn, response, err := websocket.DefaultDialer.DialContext(await.Within(f.t), "ws://"+f.site()+"/ws", nil)
	if err != nil {
		f.t.Fatal(err)
	}
	_ = response.Body.Close()
	defer func() { _ = conn.Close() }()
	_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	for _, step := range []struct{ frame, heard string }{
		{`{"method":"join","data":{"room":"lobby","name":"Ann"}}`, `"joined"`},
		{`{"method":"say","data":{"room":"lobby","text":"hello"}}`, `"said"`},
	} {
		if err := conn.WriteMessage(websocket.TextMessage, []byte(step.frame)); err != nil {
			f.t.Fatal(err)
		}
		for heard := ""; !strings.Contains(heard, step.heard); {
			_, frame, err := conn.ReadMessage()
			if err != nil {
				f.t.Fatal(err)
			}
			heard = string(frame)
		}
	}
}

// send returns the status and the body of an answer over HTTP.
func (f *field) send(method, path, token, body string) (int, string) {
	f.t.Helper()
	r, err := http.NewRequestWithContext(await.Within(f.t), method, "http://"+f.site()+path, strings.NewReader(body))
	if err != nil {
		f.t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Do(r)
	if err != nil {
		f.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		f.t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

// until waits for what somebody else does.
func (f *field) until(what string, ok func() bool) {
	f.t.Helper()
	await.Until(f.t, what, func() bool { return ok() || len(f.events.all()) > 0 })
}

func TestExamplesNeedNothingElse(t *testing.T) {
	for name, e := range examples {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := enter(t, e.processes(t), nil)
			e.drive(f)
			if _, err := f.client.Connection().Discover(await.Within(t), ""); err != nil {
				t.Error(err)
			}
			f.fine()
		})
	}
}
