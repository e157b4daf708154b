//go:build linux

package web_test

import (
	"fmt"
	"net"
	"strconv"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/child"
	"github.com/enoki-go/enoki/internal/freeport"
)

// failure is what a call was rejected with.
type failure struct {
	Code, Name, Message string
	HasCallID           bool
}

// site starts a service at a port, with a page that has nothing but the client.
func (w *world) site(port int) (p *child.Process, url string) {
	w.t.Helper()
	p, urls := w.run(1, "./test/web/site", "--port", strconv.Itoa(port), "--drain", "2s")
	return p, urls[0]
}

// openSite starts the service and opens its page.
func openSite(t *testing.T, name string, port int) (w *world, p *child.Process, b *browser) {
	t.Helper()
	w = newWorld(t)
	p, url := w.site(port)
	b = open(t, name, url)
	b.holds(`window.enoki !== undefined`)
	evaluate[any](b, `window.states = []; window.heard = [];
		window.client = enoki.connect("/ws");
		client.onstate = (state) => states.push(state);
		client.on("shouted", (text, { channel }) => heard.push([channel, text]));
		window.failed = async (call) => call.then((data) => ({ message: "have " + data }), ({ code, name, message, callId }) =>
			({ code, name, message, hasCallID: callId !== "" }));
		true`)
	return w, p, b
}

func TestPageCallsMethodsOfTheService(t *testing.T) {
	_, _, b := openSite(t, "client-call", freeport.Row(t, 1))
	if sums := evaluate[[]int](b, `Promise.all([1, 2, 3].map((n) => client.call("add", { a: n, b: 10 })))`); !cmp.Equal(sums, []int{11, 12, 13}) {
		t.Errorf("have %v, want [11 12 13]", sums)
	}
	if id := evaluate[string](b, `client.id`); id == "" {
		t.Error("have no id of the socket")
	}
	wantFailure(b, `client.call("buy")`, failure{"conflict", "site.sold_out", "sold out", true})
	wantFailure(b, `client.call("never", null, { timeout: 50 })`,
		failure{Code: "timeout", Name: "SvcError", Message: "never: no answer within 50 ms, the option timeout"})
	wantFailure(b, `(client.close(), client.call("add", [1, 2]))`,
		failure{Code: "unavailable", Name: "SvcError", Message: "add: the client is closed"})
}

func wantFailure(b *browser, expression string, want failure) {
	b.t.Helper()
	if diff := cmp.Diff(want, evaluate[failure](b, `failed(`+expression+`)`)); diff != "" {
		b.t.Errorf("%s: have + where - was wanted:\n%s", expression, diff)
	}
}

func TestPageHearsEventsOfItsChannels(t *testing.T) {
	_, _, b := openSite(t, "client-event", freeport.Row(t, 1))
	evaluate[any](b, `client.call("watch", ["attic"])`)
	evaluate[any](b, `client.call("shout", { channel: "cellar", text: "to nobody" })`)
	evaluate[any](b, `client.call("shout", { channel: "attic", text: "hi" })`)
	b.holds(`heard.length > 0`)
	if heard := evaluate[[][]string](b, `heard`); !cmp.Equal(heard, [][]string{{"attic", "hi"}}) {
		t.Errorf("have heard %q, want hi in the attic", heard)
	}
}

// The process is stopped and started again at the same port. The call that was under way
// is not sent again; one that is made meanwhile waits.
func TestPageConnectsAgainAfterTheServerWasRestarted(t *testing.T) {
	port := freeport.Row(t, 1)
	w, p, b := openSite(t, "client-restart", port)
	evaluate[any](b, `client.call("add", [1, 2])`)
	first := evaluate[string](b, `client.id`)
	evaluate[any](b, `window.cut = client.call("never"); cut.catch(() => {}); true`)
	p.Signal(syscall.SIGKILL)
	p.Exits(-1)
	wantFailure(b, `cut`, failure{Code: "unavailable", Name: "SvcError", Message: "never: the connection is lost (1006)"})
	b.holds(`client.state !== "open"`)
	evaluate[any](b, `window.waiting = client.call("add", [20, 22]); true`)
	await.Until(t, "the port is free", func() bool {
		c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			_ = c.Close()
		}
		return err != nil
	})
	w.site(port)
	if sum := evaluate[int](b, `waiting`); sum != 42 {
		t.Errorf("have %d, want 42", sum)
	}
	if id := evaluate[string](b, `client.id`); id == "" || id == first {
		t.Errorf("have the id %q after %q, want a new one", id, first)
	}
	states := evaluate[[]string](b, `states.filter((state) => state !== "connecting")`)
	if n := len(states); states[0] != "open" || states[n-1] != "open" || n < 3 {
		t.Errorf("have the states %q, want open, then waiting, then open", states)
	}
}

// A service that stops in order lets running requests end, and tells its clients so.
func TestPageIsAnsweredByAServiceThatStops(t *testing.T) {
	_, p, b := openSite(t, "client-stop", freeport.Row(t, 1))
	evaluate[any](b, `client.onstate = (state, about) => { if (state === "waiting") window.lost ??= about; };
		client.on("begun", () => { window.begun = true; }); window.held = client.call("hold"); true`)
	b.holds(`window.begun === true`)
	p.Stop()
	if said := evaluate[string](b, `held`); said != "done" {
		t.Errorf("have %q, want done", said)
	}
	b.holds(`window.lost !== undefined`)
	if code := evaluate[int](b, `lost.code`); code != 1001 {
		t.Errorf("have the close code %d, want 1001", code)
	}
}
