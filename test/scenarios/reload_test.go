//go:build linux

package scenarios_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/child"
	"github.com/enoki-go/enoki/internal/freeport"
	"github.com/enoki-go/enoki/rpc"
)

// callPace is that of 300 calls a second, requestPace of 100 requests.
const (
	callPace    = time.Second / 300
	requestPace = time.Second / 100
)

const smithSource = `package door

import (
	"context"
	"time"

	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/web"
)

type Door struct {
	_ rpc.Method ` + "`method:\"Open\"`" + `
	_ web.Route  ` + "`method:\"Open\" route:\"GET /open\"`" + `
	_ web.Route  ` + "`method:\"Open\" route:\"POST /open\"`" + `
}

func (*Door) Open(ctx context.Context) string {
	select { // calls are under way when the next version comes
	case <-ctx.Done():
	case <-time.After(5 * time.Millisecond):
	}
	return "version 0"
}
`

// reloads says how often the source changes.
func reloads() int {
	if os.Getenv("ENOKI_FULL_SCALE") == "1" {
		return 20
	}
	return 3
}

// A smith changes the source of a service while it is used.
type smith struct {
	newcomer

	world   *world
	svc     *process
	url     string
	version int
}

func openDoor(t *testing.T, args ...string) *smith {
	t.Helper()
	s := &smith{newcomer: newcomer{t, t.TempDir()}, world: newWorld(t)}
	s.borrow("example.com/shop")
	s.write("door/door.go", smithSource)
	port := strconv.Itoa(freeport.Row(t, 1))
	s.url = "http://127.0.0.1:" + port + "/open"
	cmd := exec.Command(bench.Svc, append([]string{"run", "--reload", "--broker", s.world.url, "--port", port}, args...)...)
	cmd.Dir, cmd.Env = s.dir, bench.Env
	s.svc = &process{child.Start(t, cmd, 4*patience), t}
	return s
}

// edits writes the next version and waits until svc says that it runs.
func (s *smith) edits() {
	s.t.Helper()
	s.edit("door/door.go", fmt.Sprintf(`"version %d"`, s.version), fmt.Sprintf(`"version %d"`, s.version+1))
	s.version++
	s.svc.await("^svc: running the new version$", s.version)
}

// breaks writes a mistake, waits until svc shows its place, and mends it.
func (s *smith) breaks() {
	s.t.Helper()
	wrong := fmt.Sprintf(`return "version %d"`, s.version)
	s.edit("door/door.go", wrong, "return 7")
	s.svc.await(`^door/door.go:22:9: cannot use 7`, 1)
	s.svc.await("^svc: build failed, keeping the previous version$", 1)
	s.edit("door/door.go", "return 7", wrong)
	s.svc.await("^svc: (nothing that runs has changed|running the new version)$", s.version+1)
}

// A throng does the same again and again, each time beside the last.
type throng struct {
	over chan struct{}
	all  sync.WaitGroup

	mu   sync.Mutex // guards what follows
	seen map[string]int
	errs []error
}

func gather(pace time.Duration, do func(n int) (string, error)) *throng {
	g := &throng{over: make(chan struct{}), seen: make(map[string]int)}
	g.all.Go(func() { // until leave, which waits for it
		tick := time.NewTicker(pace)
		defer tick.Stop()
		for n := 0; ; n++ {
			select {
			case <-tick.C:
				g.all.Go(func() { g.note(do(n)) })
			case <-g.over:
				return
			}
		}
	})
	return g
}

func (g *throng) note(answer string, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if err != nil {
		g.errs = append(g.errs, err)
		return
	}
	g.seen[answer]++
}

// answered returns how often that went well.
func (g *throng) answered() (total int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, n := range g.seen {
		total += n
	}
	return total
}

// more waits until so many more were answered.
func (g *throng) more(t *testing.T, what string, n int) {
	t.Helper()
	wanted := g.answered() + n
	await.Until(t, fmt.Sprintf("%d more %s are answered", n, what), func() bool { return g.answered() >= wanted })
}

// leave checks that nobody was turned away, and that each version answered.
func (g *throng) leave(t *testing.T, what string, versions int) {
	t.Helper()
	close(g.over)
	g.all.Wait()
	total := g.answered()
	if len(g.errs) > 0 {
		t.Errorf("%s: %d of %d failed, want none; the first: %v", what, len(g.errs), total+len(g.errs), g.errs[0])
	}
	for v := range versions {
		if text := fmt.Sprint("version ", v); g.seen[text] == 0 {
			t.Errorf("%s: %s never answered: %v", what, text, g.seen)
		}
	}
	t.Logf("%s: %d answered", what, total)
}

// caller calls by RPC.
func caller(ctx context.Context, c *rpc.Standalone) func(int) (string, error) {
	return func(int) (string, error) {
		result, err := c.Proxy("door").Call(ctx, "open")
		if err != nil {
			return "", err
		}
		var answer string
		err = result.Decode(&answer)
		return answer, err
	}
}

// requester sends requests, every tenth on a connection of its own, and every second with
// a body.
func requester(t *testing.T, url string) func(int) (string, error) {
	t.Helper()
	regular := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 10}, Timeout: deadline}
	t.Cleanup(regular.CloseIdleConnections)
	fresh := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: deadline}
	return func(n int) (string, error) {
		who, method := regular, http.MethodGet
		if n%10 == 0 {
			who = fresh
		}
		var body io.Reader
		if n%2 == 1 {
			method, body = http.MethodPost, strings.NewReader("{}")
		}
		return answered(t.Context(), who, method, url, body)
	}
}

func answered(ctx context.Context, who *http.Client, method, url string, body io.Reader) (string, error) {
	request, err := http.NewRequestWithContext(ctx, method, url, body)
	if err != nil {
		return "", err
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	r, err := who.Do(request)
	if err != nil {
		return "", err
	}
	defer func() { _ = r.Body.Close() }()
	text, err := io.ReadAll(r.Body)
	if r.StatusCode != http.StatusOK {
		err = errors.Join(fmt.Errorf("%s: %s", r.Status, text), err)
	}
	return string(text), err
}

// No call and no request is lost while the service is replaced again and again, nor while
// its source does not compile.
func TestReloadUnderLoadLosesNothing(t *testing.T) {
	s := openDoor(t)
	s.svc.await("msg=started", 1)
	client := s.world.client()
	calls := gather(callPace, caller(await.Within(t, 20*patience), client))
	requests := gather(requestPace, requester(t, s.url))
	for i := range reloads() {
		if i == 1 {
			s.breaks()
		} else {
			s.edits()
		}
		calls.more(t, "calls", 100) // by the new version
	}
	s.edits()
	calls.leave(t, "calls", s.version)
	requests.leave(t, "requests", s.version)
	s.svc.Stop()
}
