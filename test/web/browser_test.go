//go:build linux

package web_test

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/enoki-go/enoki/internal/await"
)

// A browser is a Chromium of its own with one page.
type browser struct {
	t    *testing.T
	name string // of its pictures
	page context.Context

	mu     sync.Mutex // guards thrown
	thrown []string   // exceptions of the page that nobody caught
}

// open starts a browser and visits a page. At the end of the test it takes a picture, and
// reports exceptions of the page.
func open(t *testing.T, name, url string) *browser {
	t.Helper()
	path, folder := chromium(t), profile(t)
	parent := context.WithoutCancel(t.Context()) // the last picture is taken after the test
	allocator, _ := chromedp.NewExecAllocator(parent, flags(path, folder)...)
	b := &browser{t: t, name: name}
	b.page, _ = chromedp.NewContext(allocator)  // ended by leave
	if err := chromedp.Do(b.page); err != nil { // the context of the first Do is the life of the browser
		t.Fatalf("start %s: %v", path, err)
	}
	t.Cleanup(b.leave)
	if err := chromedp.Listen(b.page, b.listen); err != nil {
		t.Fatal(err)
	}
	b.does(chromedp.Navigate(url))
	return b
}

// profile returns a folder for a browser. Its helpers may still write there when it has
// ended.
func profile(t *testing.T) string {
	t.Helper()
	folder, err := os.MkdirTemp("", "chromium-") //nolint:usetesting // TempDir fails the test where it is not gone at once
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		await.Until(t, folder+" is gone", func() bool { return os.RemoveAll(folder) == nil })
	})
	return folder
}

// chromium returns the browser, or ends the test if there is none.
func chromium(t *testing.T) string {
	t.Helper()
	wanted := os.Getenv("CHROMIUM")
	if wanted == "" {
		wanted = "chromium"
	}
	path, err := exec.LookPath(wanted)
	if err != nil {
		if os.Getenv("ENOKI_REQUIRE_SERVICES") == "1" {
			t.Fatalf("have no browser, which ENOKI_REQUIRE_SERVICES=1 wants: %v", err)
		}
		t.Skipf("needs a browser: %v", err)
	}
	return path
}

// flags make Chromium show pages of this machine, and ask nobody else for anything.
func flags(path, folder string) []chromedp.ExecAllocatorOption {
	options := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(path), chromedp.UserDataDir(folder), chromedp.Headless, chromedp.NoSandbox,
		chromedp.NoFirstRun, chromedp.DisableGPU, chromedp.WindowSize(1000, 1200), chromedp.WSURLReadTimeout(patience),
	}
	for _, name := range []string{
		"disable-quic", "disable-background-networking", "disable-component-update", "disable-sync",
		"disable-extensions", "disable-default-apps", "disable-dev-shm-usage", "no-default-browser-check",
	} {
		options = append(options, chromedp.Flag(name, true))
	}
	return options
}

// listen runs on the goroutine that reads what the browser says.
func (b *browser) listen(event any) {
	if e, ok := event.(*runtime.EventExceptionThrown); ok {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.thrown = append(b.thrown, (&chromedp.ExceptionError{ExceptionDetails: e.ExceptionDetails}).Error())
	}
}

// leave ends the browser.
func (b *browser) leave() {
	b.picture("end")
	if b.t.Failed() {
		b.t.Logf("%s shows:\n%s", b.name, b.text("body"))
	}
	ctx, cancel := context.WithTimeout(b.page, patience)
	defer cancel()
	if err := chromedp.Cancel(ctx); err != nil {
		b.t.Errorf("end the browser of %s: %v", b.name, err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.thrown) > 0 {
		b.t.Errorf("the page of %s has thrown %s", b.name, strings.Join(b.thrown, "\n"))
	}
}

// does does one thing after the other on the page.
func (b *browser) does(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.page, patience)
	defer cancel()
	for i, step := range steps {
		if err := chromedp.Do(ctx, step); err != nil {
			b.t.Fatalf("%s, step %d of %d: %v", b.name, i+1, len(steps), err)
		}
	}
}

// clicks clicks on an element, once it is there.
func (b *browser) clicks(selector string) {
	b.t.Helper()
	b.does(chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible))
}

// types types into an element, once it is there.
func (b *browser) types(selector, text string) {
	b.t.Helper()
	b.does(chromedp.SendKeys(chromedp.CSS(selector), text, chromedp.NodeVisible))
}

// shows waits until the elements that a selector finds show a text.
func (b *browser) shows(selector, text string) {
	b.t.Helper()
	await.Until(b.t, b.name+": "+selector+" shows "+text, func() bool {
		return strings.Contains(b.text(selector), text)
	}, patience)
}

// text returns what elements show to people, on one line.
func (b *browser) text(selector string) string {
	quoted, _ := json.Marshal(selector) // cannot fail: a string
	ctx, cancel := context.WithTimeout(b.page, patience)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](
		`[...document.querySelectorAll(`+string(quoted)+`)].filter((e) => e.checkVisibility()).map((e) => e.innerText).join("\n")`))
	if err != nil {
		b.t.Errorf("%s: read %s: %v", b.name, selector, err)
	}
	return strings.Join(strings.Fields(text), " ")
}

// evaluate returns the value of an expression of a page; of a promise, what it becomes.
func evaluate[T any](b *browser, expression string) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.page, patience)
	defer cancel()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("%s: %s: %v", b.name, expression, err)
	}
	return value
}

// holds waits until an expression of the page is true.
func (b *browser) holds(expression string) {
	b.t.Helper()
	await.Until(b.t, b.name+": "+expression, func() bool {
		b.t.Helper()
		return evaluate[bool](b, expression)
	}, patience)
}

// dark makes it night for the page.
func (b *browser) dark() {
	b.t.Helper()
	night := []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}
	if _, err := chromedp.Call(b.page, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: night}); err != nil {
		b.t.Fatal(err)
	}
}

// picture keeps what the page looks like.
func (b *browser) picture(moment string) {
	ctx, cancel := context.WithTimeout(b.page, patience)
	defer cancel()
	image, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		b.t.Errorf("picture of %s: %v", b.name, err)
		return
	}
	folder := os.Getenv("ENOKI_ARTIFACTS")
	if folder == "" {
		folder = b.t.ArtifactDir() // kept with go test -artifacts
	}
	file := filepath.Join(folder, b.name+"-"+moment+".png")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		b.t.Error(err)
	}
	if err := os.WriteFile(file, image, 0o644); err != nil {
		b.t.Error(err)
	}
	b.t.Logf("picture of %s: %s", b.name, file)
}
