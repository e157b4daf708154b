//go:build linux

package web_test

import (
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/child"
	"github.com/enoki-go/enoki/internal/freeport"
)

// A world is a broker and who works there.
type world struct {
	t      *testing.T
	broker string // its address
}

func newWorld(t *testing.T) *world {
	t.Helper()
	if err := bench.Look(); err != nil {
		t.Fatal(err)
	}
	p := start(t, "broker", "--addr", "127.0.0.1:0", "--store", t.TempDir())
	return &world{t, p.Await(`^(nats://\S+)`, 1)[0][1]}
}

// run starts services with svc run, and returns once each of so many processes answers
// requests.
func (w *world) run(instances int, args ...string) (p *child.Process, urls []string) {
	w.t.Helper()
	p = w.launch(append([]string{"-n", strconv.Itoa(instances)}, args...)...)
	return p, serving(w.t, p, instances)
}

// launch starts services with svc run.
func (w *world) launch(args ...string) *child.Process {
	w.t.Helper()
	return start(w.t, append([]string{"run", "--broker", w.broker}, args...)...)
}

// gateway starts svc gateway and returns where it is.
func (w *world) gateway() string {
	w.t.Helper()
	port := strconv.Itoa(freeport.Row(w.t, 1))
	return serving(w.t, start(w.t, "gateway", "--broker", w.broker, "--port", port), 1)[0]
}

// serving returns where the processes listen, once they have started.
func serving(t *testing.T, p *child.Process, instances int) (urls []string) {
	t.Helper()
	for _, groups := range p.Await(`msg="HTTP server listens".* url=(\S+)`, instances) {
		urls = append(urls, groups[1])
	}
	for _, url := range urls {
		await.Until(t, url+" is ready", func() bool { return get(t, url+"/readyz").StatusCode == http.StatusOK }, patience)
	}
	return urls
}

// answer is a response that was read to its end, to this request.
type answer struct {
	*http.Response
	body string
}

// get asks for a page.
func get(t *testing.T, url string) answer {
	t.Helper()
	return do(t, http.MethodGet, url, "")
}

// do makes a request, with a body of JSON unless it is empty. Headers are given as names
// and values in turn.
func do(t *testing.T, method, url, body string, headers ...string) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(await.Within(t, patience), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Close = true
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{response, string(text)}
}
