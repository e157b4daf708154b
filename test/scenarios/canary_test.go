//go:build linux

package scenarios_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/child"
)

const (
	vault = "./testdata/vault"
	// canary is a password: in arguments, in context data, in the configuration and in URLs.
	canary = "canary-9d0c47e1"
)

// An aviary is a vault that runs, and all that anybody was told of it.
type aviary struct {
	*site
	world  *world
	config string            // a file
	told   map[string]string // by what was done
}

// newAviary starts a vault whose log has a format, and whose configuration is full of
// canaries.
func newAviary(t *testing.T, format string) *aviary {
	t.Helper()
	w := newWorld(t)
	w.url = "nats://ann:" + canary + "@" + w.addr
	file := filepath.Join(t.TempDir(), "config.yml")
	text := fmt.Sprintf("web: {port: 0, headers: {X-Auth-Token: auth_token}}\nlog: {level: debug, format: %s}\n"+
		"vault: {url: \"redis://ann:%s@127.0.0.1:1\", password: %s}\n"+
		"databases: {accounts: {url: \"postgres://ann:%s@127.0.0.1:1/accounts\"}}\n", format, canary, canary, canary)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	a := &aviary{world: w, config: file, told: make(map[string]string)}
	config := start(t, nil, "config", "--config", file, "--define", "broker.url="+w.url)
	config.Exits(0)
	a.hear("svc config", config.Output())
	starting.Lock()
	defer starting.Unlock()
	p := w.launch(vault, "--config", file)
	started := `msg=started`
	if format == "json" {
		started = `"msg":"started"`
	}
	p.await(started, 1)
	a.site = &site{process: p}
	a.url = p.await(`HTTP server listens.*?url"?[=:]"?(http://[^\s"]+)`, 1)[1]
	a.address = strings.TrimPrefix(a.url, "http://")
	return a
}

// hear notes what was told when something was done, which is done once.
func (a *aviary) hear(done string, told any) {
	if _, heard := a.told[done]; heard {
		a.world.t.Errorf("%s was heard already", done)
	}
	a.told[done] = fmt.Sprint(told)
}

// call calls a method with the canary in its arguments and its context data.
func (a *aviary) call(how, target string, args ...string) outcome {
	a.t.Helper()
	o := a.world.svc(append([]string{"call", target, "--data", "auth_token=" + canary, "--timeout", "5s"}, args...)...)
	a.hear(target+" "+how, o.stdout+o.stderr)
	if o.code == 0 {
		a.t.Errorf("%s, %s: have %s, want it to fail", target, how, o.stdout)
	}
	return o
}

// ways are how a vault fails.
var ways = []string{"declared", "undeclared", "panic", "database", "late"}

func TestCanaryIsHeardNowhere(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"text", "json"} {
		t.Run(format, func(t *testing.T) {
			a := newAviary(t, format)
			a.calls(t)
			a.requests(t)
			a.frames(t)
			a.events(t)
			a.tools()
			a.jobs(t)
			if format == "text" { // the others do not log in it
				a.records(t)
				a.strangers(t)
				a.pages(t)
				a.descriptions()
			}
			a.Stop()
			a.hear("log", a.Output())
			for done, told := range a.told {
				if i := strings.Index(told, canary); i >= 0 {
					t.Errorf("%s tells the canary:\n%s", done, told[max(0, i-300):min(len(told), i+100)])
				}
			}
			for _, part := range []string{"call started", "call failed", "[redacted]", "entered"} {
				if log := a.told["log"]; !strings.Contains(log, part) {
					t.Errorf("the log has no %q, want what happened:\n%s", part, child.Tail(log))
				}
			}
		})
	}
}

// calls fail in every way, by RPC and on a subject.
func (a *aviary) calls(t *testing.T) {
	t.Helper()
	if have := a.world.prints("call", "vault.open", "how=well", "password="+canary); have != `"`+canary+`"` {
		t.Errorf("have %s, want the password: it is meant to be returned", have)
	}
	for _, how := range ways {
		timeout := "5s"
		if how == "late" {
			timeout = "300ms"
		}
		a.call(how, "vault.open", "how="+how, "password="+canary, "--timeout", timeout)
	}
	a.call("misfit", "vault.open", `{"how":{},"password":{"`+canary+`":1}}`)
	a.call("misfit", "vault.enter", `{"how":"well","password":"x","pin":"`+canary+`"}`)
	client := a.world.client()
	for _, how := range ways[:3] {
		answer, err := client.Proxy("vault").Ask(t.Context(), "vault.knock", []byte(fmt.Sprintf(`{"how":%q,"password":%q}`, how, canary)))
		a.hear("subject "+how, fmt.Sprintf("%s %+v %v", answer.Data, answer, err))
	}
}

// requests fail in every way, by HTTP.
func (a *aviary) requests(t *testing.T) {
	t.Helper()
	for _, how := range ways {
		r := a.ask(t, http.MethodPost, "/enter", fmt.Sprintf(`{"how":%q,"password":%q}`, how, canary), "X-Auth-Token: "+canary)
		a.hear("POST /enter "+how, fmt.Sprint(r.status, r.header, r.body))
	}
	for what, body := range map[string]string{
		"type":   `{"how":"well","password":["` + canary + `"]}`,
		"pin":    `{"how":"well","password":"` + canary + `","pin":"` + canary + `"}`,
		"length": `{"how":"well","password":"x` + canary[:1] + `"}`,
		"broken": `{"how":"well","password":"` + canary,
	} {
		r := a.ask(t, http.MethodPost, "/enter", body)
		a.hear("POST /enter with a wrong "+what, fmt.Sprint(r.status, r.header, r.body))
		if r.status != http.StatusBadRequest {
			t.Errorf("%s: have %v, want 400", what, r)
		}
	}
	for _, path := range []string{"/reset/" + canary, "/openapi.json", "/apidocs/", "/metrics", "/readyz", "/healthz"} {
		r := a.get(t, path)
		a.hear("GET "+strings.TrimSuffix(path, canary), fmt.Sprint(r.status, r.header, r.body))
	}
}

// frames fail in every way, by websocket.
func (a *aviary) frames(t *testing.T) {
	t.Helper()
	k := a.socket(t)
	for _, how := range ways {
		k.send(fmt.Sprintf(`{"method":"open","data":{"how":%q,"password":%q},"correlation_id":"7"}`, how, canary))
		a.hear("socket "+how, fmt.Sprintf("%+v", k.next()))
	}
	k.send(fmt.Sprintf(`{"method":"open","data":{"how":"well","password":{%q:1}}}`, canary))
	a.hear("socket misfit", fmt.Sprintf("%+v", k.next()))
	k.send(fmt.Sprintf(`{"method":"enter","data":{"how":"well","password":"x","pin":%q}}`, canary))
	a.hear("socket with a wrong pin", fmt.Sprintf("%+v", k.next()))
}

// events die in every way, while somebody listens.
func (a *aviary) events(t *testing.T) {
	t.Helper()
	listener := start(t, nil, "listen", "vault", "--broker", a.world.url)
	listener.await("listening for", 1)
	deaths := []string{"declared", "undeclared", "panic", "database", "unreadable"}
	for _, how := range deaths {
		a.world.prints("call", "vault.tell", "how="+how, "password="+canary, "--data", "auth_token="+canary)
	}
	listener.await(`vault\.entered`, len(deaths))
	a.hear("svc listen", listener.Output())
	listener.Stop()
	await.Until(t, "all events are dead", func() bool {
		return strings.Count(a.world.prints("dlq", "ls", "--json"), `"number"`) == len(deaths)
	}, patience)
	for i := range deaths {
		number := strconv.Itoa(i + 1)
		a.hear("svc dlq show "+number, a.world.prints("dlq", "show", number))
		a.hear("svc dlq show --json "+number, a.world.prints("dlq", "show", "--json", number))
		if have := a.world.prints("dlq", "show", "--reveal", number); strings.Count(have, canary) < 2 {
			t.Errorf("have %s, want all that is known, on demand", have)
		}
	}
	for _, sign := range []string{`"password":"[redacted]"`, `auth_token=[redacted]`} {
		if have := a.told["svc dlq show 1"]; !strings.Contains(strings.ReplaceAll(have, " ", ""), sign) {
			t.Errorf("have %s, want %s", have, sign)
		}
	}
}

// tools ask what they can.
func (a *aviary) tools() {
	a.t.Helper()
	for _, args := range [][]string{
		{"ls"},
		{"ls", "--json"},
		{"stats"},
		{"stats", "--json"},
		{"dlq", "ls"},
		{"dlq", "ls", "--json"},
		{"shell", "-c", "n.rpc.vault.open('undeclared', '" + canary + "')"},
		{"shell", "-c", "n.config"},
		{"ls", "nosuch"},
	} {
		o := a.world.svc(args...)
		what, _, _ := strings.Cut(strings.Join(args, " "), "(")
		a.hear("svc "+what, o.stdout+o.stderr)
	}
}
