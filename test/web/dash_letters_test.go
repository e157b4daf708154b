//go:build linux

package web_test

import (
	"os/exec"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/enoki-go/enoki/internal/await"
)

func TestDashShowsWhatWaitsAndSettlesDeadLetters(t *testing.T) {
	w := newWorld(t)
	services := w.launch("./examples/events")
	services.Await(`msg=started.*service=(serviceb)`, 1)
	emit(t, w, `{"no": "text"}`)
	b := openDash(t, w, "dash-letters")
	b.holds(`document.querySelectorAll(".tile")[6].innerText.replace(/\s+/g, " ").startsWith("Dead letters 1")`)
	services.Stop()
	b.shows("[data-service=serviceb] .about", "gone")
	emit(t, w, `"one"`)
	emit(t, w, `"two"`)
	b.shows("#queues", "event serviceb")
	b.holds(`/\n2\n/.test(document.querySelector("#queues .rows .queue").innerText + "\n") && document.querySelectorAll(".tile")[5].innerText.includes("2 stored")`)
	b.readable()
	b.picture("queues")

	b.clicks(`nav a[href="#letters"]`)
	b.clicks(`#letters button[aria-label^="Open"]`)
	b.shows("dialog", `"no": "text"`)
	b.readable()
	b.picture("letter")
	b.does(chromedp.KeyEvent("\x1b"))
	b.holds(`!document.querySelector("dialog")`)
	b.clicks("#choose-all")
	b.clicks("#drop-chosen")
	b.shows("dialog", "Drop")
	b.clicks("dialog button.danger")
	b.shows("#letters", "No dead letters")
}

// emit stores an event that serviceb handles, or cannot read.
func emit(t *testing.T, w *world, payload string) {
	t.Helper()
	cmd := exec.CommandContext(await.Within(t, patience), bench.Svc, "emit", "--broker", w.broker, "servicea.my_event_type", payload)
	cmd.Dir, cmd.Env = bench.Root, bench.Env
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("svc emit: %v\n%s", err, out)
	}
}
