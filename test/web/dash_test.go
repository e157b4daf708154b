//go:build linux

package web_test

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/nats-io/nats.go"

	"github.com/enoki-go/enoki/rpc"
)

// openDash starts svc dash and opens its page. At the end of the test it reports what the
// browser has complained about, such as what the policy of the page forbids.
func openDash(t *testing.T, w *world, name string, args ...string) *browser {
	t.Helper()
	p := start(t, append([]string{"dash", "--broker", w.broker, "--port", "0", "-i", "500ms"}, args...)...)
	url := p.Await(`^(http://127\.0\.0\.1:\d+/)`, 1)[0][1]
	b := open(t, name, "about:blank")
	var mu sync.Mutex
	var complaints []string
	listen := func(event any) {
		mu.Lock()
		defer mu.Unlock()
		switch e := event.(type) {
		case *log.EventEntryAdded:
			complaints = append(complaints, e.Entry.Text+" "+e.Entry.URL)
		case *runtime.EventConsoleAPICalled:
			complaints = append(complaints, string(e.Type))
		}
	}
	if err := chromedp.Listen(b.page, listen); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		mu.Lock()
		defer mu.Unlock()
		if len(complaints) > 0 {
			t.Errorf("%s: the browser complains of %q", name, complaints)
		}
	})
	b.does(chromedp.Navigate(url))
	return b
}

// narrow makes the page as wide as a small phone.
func (b *browser) narrow() {
	b.t.Helper()
	phone := emulation.SetDeviceMetricsOverrideParams{Width: 360, Height: 740, DeviceScaleFactor: 1, Mobile: true}
	if _, err := chromedp.Call(b.page, emulation.SetDeviceMetricsOverride, phone); err != nil {
		b.t.Fatal(err)
	}
}

// contrast is what is too faint to be read: texts with less than 4.5 to 1, as WCAG AA has
// it.
const contrast = `(() => {
	const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
	const rgba = (text) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = text; canvas.fillRect(0, 0, 1, 1); return [...canvas.getImageData(0, 0, 1, 1).data]; };
	const light = (c) => [0.2126, 0.7152, 0.0722].reduce((sum, w, i) => { const v = c[i] / 255; return sum + w * (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); }, 0);
	const under = (e) => { for (; e; e = e.parentElement) { const c = rgba(getComputedStyle(e).backgroundColor); if (c[3] === 255) return c; } return [255, 255, 255]; };
	return [...document.querySelectorAll("body *")].filter((e) => e.checkVisibility() && !e.closest("svg, .unseen, :disabled") && [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()))
		.map((e) => { const [a, b] = [light(rgba(getComputedStyle(e).color)), light(under(e))]; return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), e]; })
		.filter(([ratio]) => ratio < 4.5).map(([ratio, e]) => ratio.toFixed(2) + " " + e.className + " " + e.textContent.slice(0, 40));
})()`

// readable reports texts that are too faint, and what is wider than the page.
func (b *browser) readable() {
	b.t.Helper()
	if faint := evaluate[[]string](b, contrast); len(faint) > 0 {
		b.t.Errorf("%s: too faint: %q", b.name, faint)
	}
	if wide := evaluate[bool](b, `document.documentElement.scrollWidth > innerWidth`); wide {
		b.t.Errorf("%s: the page scrolls sideways", b.name)
	}
}

func TestDashSaysThatNothingRuns(t *testing.T) {
	w := newWorld(t)
	b := openDash(t, w, "dash-empty")
	b.shows("#no-services", "No services are running on "+w.broker+", namespace svc.")
	b.shows("#no-services", "svc run ./examples/hello")
	b.shows("#queues", "Nothing waits")
	b.clicks(`nav a[href="#letters"]`)
	b.shows("#letters", "No dead letters")
	b.readable()
}

func TestDashShowsLoadAndCallsAMethodByItsForm(t *testing.T) {
	w := newWorld(t)
	w.launch("-n", "2", "./examples/orders").Await(`msg=started.*service=(\w+)`, 6)
	b := openDash(t, w, "dash")
	b.shows("[data-service=orders]", "idle · 2 instances · v1.2.0")
	load(t, w, "pears")
	b.shows("[data-service=prices]", "well")
	b.holds(figures("orders", "/^[1-9][\\d.]*\\/s 0 [\\d.]+ ms [\\d.]+ ms \\d+\\/20 \\d+$/"))
	b.holds(`/^Requests [1-9][\d.]* \/s Errors 0 \/s · 0 % p95 latency [\d.]+ ms$/.test([1, 2, 3].map((i) => document.querySelectorAll(".tile")[i].innerText).join(" ").replace(/\s+/g, " "))`)

	b.clicks("[data-service=orders] h3 button")
	b.shows("[data-service=orders] [data-entry=create]", "rpc create")
	b.shows("[data-service=orders] .instances", "· 1.2.0 · up ")
	b.clicks(`[data-call="orders.create"]`)
	b.types("[data-path=article]", "apples")
	b.types("[data-path=count]", "many")
	b.clicks("#make-call")
	b.shows("dialog .mistake", "have many, want a whole number")
	b.does(chromedp.Focus(chromedp.CSS("[data-path=count]")), chromedp.KeyEvent("a", chromedp.KeyModifiers(chromedp.ModifierCtrl)), chromedp.KeyEvent("2"))
	b.clicks("#make-call")
	b.shows("dialog .result", "✓ answered")
	b.shows("dialog .result pre", `"cents": 80`)
	b.picture("call")

	b.clicks("#tab-raw")
	b.does(chromedp.Focus(chromedp.CSS("#raw-json")), chromedp.KeyEvent("a", chromedp.KeyModifiers(chromedp.ModifierCtrl)), chromedp.KeyEvent(`{"article": "plums", "count": 1}`))
	b.clicks("#make-call")
	b.shows("dialog .result", "✕ conflict · stocks.out_of_stock")
	b.readable()
	b.does(chromedp.KeyEvent("\x1b"))
	b.holds(`!document.querySelector("dialog")`)

	b.clicks(`nav a[href="#graph"]`)
	b.shows(".drawing", "orders")
	b.shows("#graph .flow", "orders → stocks rpc stocks.reserve")
	b.holds(`document.querySelectorAll(".edge.call.live").length >= 2`)
	b.picture("graph")
}

func TestDashIsReadByDayByNightAndOnAPhone(t *testing.T) {
	w := newWorld(t)
	w.launch("./examples/orders").Await(`msg=started.*service=(\w+)`, 3)
	load(t, w, "plums", "pears")
	b := openDash(t, w, "dash-look")
	b.shows("[data-service=stocks] .about", "errors")
	b.clicks("[data-service=stocks] h3 button")
	b.shows("[data-service=stocks] .last", "last error: plums are out of stock")
	b.readable()
	b.picture("light")
	b.dark()
	b.readable()
	b.picture("dark")
	b.narrow()
	b.readable()
	small := evaluate[[]string](b, `[...document.querySelectorAll("button, nav a")].filter((e) => e.checkVisibility() && e.closest("header, .detail") && e.getBoundingClientRect().height < 40).map((e) => e.outerHTML)`)
	if len(small) > 0 {
		t.Errorf("too small for a finger: %q", small)
	}
	b.picture("phone")
	b.clicks(`[data-call="stocks.total"]`)
	b.shows("dialog", "It takes no arguments.")
	b.readable()
	b.clicks("dialog [aria-label=Close]")

	// The switch wins over the system, and is remembered.
	b.clicks("#theme")
	b.holds(`getComputedStyle(document.body).backgroundColor === "rgb(245, 246, 243)"`)
	b.does(chromedp.Reload())
	b.shows("[data-service=stocks] .about", "errors")
	b.holds(`document.documentElement.dataset.theme === "light" && getComputedStyle(document.body).backgroundColor === "rgb(245, 246, 243)"`)
}

func TestDashShowsABrokerThatGoesAndComesBack(t *testing.T) {
	if err := bench.Look(); err != nil {
		t.Fatal(err)
	}
	store := t.TempDir()
	broker := start(t, "broker", "--addr", "127.0.0.1:0", "--store", store)
	w := &world{t, broker.Await(`^(nats://\S+)`, 1)[0][1]}
	w.launch("./examples/orders").Await(`msg=started.*service=(\w+)`, 3)
	b := openDash(t, w, "dash-broker")
	b.shows("[data-service=orders]", "idle")
	broker.Stop()
	b.shows("#notice", "is away since")
	b.shows("#link", "broker away")
	b.shows("[data-service=orders]", "orders")
	start(t, "broker", "--addr", strings.TrimPrefix(w.broker, "nats://"), "--store", store)
	b.holds(`document.querySelector("#notice").hidden`)
	b.shows("#link", w.broker)
	b.shows("[data-service=orders]", "idle")
}

// Names of others are text; the browser would tell of a script that ran, or was refused.
func TestDashShowsHostileNamesAsText(t *testing.T) {
	w := newWorld(t)
	hostile(t, w)
	b := openDash(t, w, "dash-hostile")
	b.clicks("[data-service=odd] h3 button")
	b.shows("[data-service=odd] .last", "<img src=x onerror=alert(1)>")
	b.shows("[data-service=odd] .instances", "<script>")
	b.clicks(`nav a[href="#graph"]`)
	b.shows("#graph", "<img src=y onerror=alert(2)>")
	if evaluate[int](b, `document.querySelectorAll("main img, main script").length`) != 0 {
		t.Error("a name has become an element")
	}
}

// figures is an expression: what stands in the row of a service matches.
func figures(service, pattern string) string {
	return pattern + `.test([...document.querySelectorAll("[data-service=` + service + `] > .cols > .metric > .figure:last-of-type")].map((e) => (e.querySelector(".figure") || e).innerText).join(" "))`
}

// load orders one article after the other, around and around, until the test ends. Of
// plums there are none.
func load(t *testing.T, w *world, articles ...string) {
	t.Helper()
	client, err := rpc.Dial(w.broker)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	var calls sync.WaitGroup
	calls.Go(func() {
		tick := time.NewTicker(20 * time.Millisecond) // so that two cores have time for a browser
		defer tick.Stop()
		for i := 0; ctx.Err() == nil; i++ {
			article := articles[i%len(articles)]
			count := 0
			if article == "plums" {
				count = 1
			}
			_, _ = client.Proxy("orders").Call(ctx, "create", article, count) // the page shows what fails
			select {
			case <-ctx.Done():
			case <-tick.C:
			}
		}
	})
	t.Cleanup(func() {
		stop()
		calls.Wait()
		_ = client.Close()
	})
}

// hostile answers discovery in the name of a service of others.
func hostile(t *testing.T, w *world) {
	t.Helper()
	answer, err := json.Marshal(map[string]any{
		"name": "odd", "id": "<script>alert(1)</script>", "version": "1.0.0", "type": "io.nats.micro.v1.stats_response",
		"endpoints":   []map[string]any{{"name": "go", "subject": "go", "num_requests": 7, "last_error": "<img src=x onerror=alert(1)>"}},
		"svc_targets": []map[string]any{{"kind": "rpc", "target": "<img src=y onerror=alert(2)>.go", "requests": 1}},
	})
	if err != nil {
		t.Fatal(err)
	}
	nc, err := nats.Connect(w.broker)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	if _, err := nc.Subscribe("$SRV.STATS", func(m *nats.Msg) { _ = m.Respond(answer) }); err != nil {
		t.Fatal(err)
	}
	if err := nc.Flush(); err != nil {
		t.Fatal(err)
	}
}
