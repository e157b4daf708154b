package web_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/service"
	"github.com/enoki-go/enoki/web"
)

// stopping stops services and returns what tells when that is done, and how long it
// took.
func stopping(t *testing.T, a *service.App) <-chan time.Duration {
	t.Helper()
	over, ctx, start := make(chan time.Duration, 1), await.Within(t), time.Now()
	go func() { // awaited by who asked for it
		if err := a.Stop(ctx); err != nil {
			t.Errorf("stop: %v", err)
		}
		over <- time.Since(start)
	}()
	return over
}

func TestRequestsThatRunAreAnsweredWhileNewOnesAreRefused(t *testing.T) {
	t.Parallel()
	g := newGate()
	v, a := launch(t, "", g)
	var running []<-chan answer
	for n := range 5 {
		running = append(running, v.send(fmt.Sprintf("/pass/%d", n)))
		await.Take(t, g.entered)
	}
	over := stopping(t, a)
	await.Until(t, "new requests are refused", func() bool { return v.get("/echo/7").StatusCode != http.StatusOK })
	refused := v.get("/echo/7")
	wantText(t, refused.problem(t, http.StatusServiceUnavailable).Detail, "starts or stops")
	refused.wantHeader(t, "Retry-After", "1")
	if !refused.Close {
		t.Error("have the connection kept open, want the client to look for another instance")
	}
	wantText(t, v.get("/readyz").body, "service gate has not started, or stops")
	v.get("/healthz").want(t, 200, `{"status":"alive"}`)
	close(g.open)
	for n, come := range running {
		await.Take(t, come).want(t, 200, strconv.Itoa(n))
	}
	await.Take(t, over)
	if a := v.try(v.request(await.Within(t), "GET", "/echo/7", "")); a.err == nil {
		t.Errorf("have %d after the stop, want no server", a.StatusCode)
	}
}

func TestRequestsThatWaitAreAnsweredAtTheStop(t *testing.T) {
	t.Parallel()
	g := newGate()
	v, a := launch(t, "workers: 1", g)
	var all []<-chan answer
	await.Until(t, "one is refused because ten wait", func() bool {
		all = append(all, v.send("/pass/1"))
		return slices.ContainsFunc(all, func(come <-chan answer) bool { return len(come) > 0 })
	})
	over := stopping(t, a)
	close(g.open)
	served := 0
	for _, come := range all { // the last may have come too late even to be refused
		if a := await.Take(t, come); a.err == nil && a.StatusCode == http.StatusOK {
			served++
		}
	}
	if await.Take(t, over); served < 1+10 {
		t.Errorf("have %d requests served, want the one that ran and the ten that waited", served)
	}
}

// Library sends more than fits in between.
type Library struct {
	_ web.Route `method:"Lend" route:"GET /book"`
	_ web.Route `method:"Copy" route:"GET /copy"`

	begun chan bool
}

const bookSize = 20 << 20

// Lend sends a book.
func (l *Library) Lend(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Length", strconv.Itoa(bookSize))
	l.begun <- true
	_, err := io.CopyN(w, endless{}, bookSize)
	return err
}

// Copy returns a book at once.
func (*Library) Copy() []byte { return make([]byte, bookSize) }

type endless struct{}

func (endless) Read(b []byte) (int, error) { return len(b), nil }

func TestAnswerOfAMethodThatRunsIsSentToItsEnd(t *testing.T) {
	t.Parallel()
	l := &Library{begun: make(chan bool, 1)}
	v, a := launch(t, "", l)
	response, err := v.http.Do(v.request(await.Within(t), "GET", "/book", ""))
	if err != nil {
		t.Fatal(err)
	}
	await.Take(t, l.begun)
	over := stopping(t, a)
	await.Until(t, "new requests are refused", func() bool { return v.get("/readyz").StatusCode != http.StatusOK })
	if n, err := io.Copy(io.Discard, response.Body); n != bookSize || err != nil {
		t.Errorf("have %d bytes, %v, want all %d", n, err, bookSize)
	}
	_ = response.Body.Close()
	await.Take(t, over)
}

func TestAnswerOfAMethodThatHasReturnedIsSentToItsEnd(t *testing.T) {
	t.Parallel()
	v, a := launch(t, "", &Library{})
	response, err := v.http.Do(v.request(await.Within(t), "GET", "/copy", ""))
	if err != nil {
		t.Fatal(err)
	}
	over := stopping(t, a)
	select {
	case <-over:
		t.Error("have it stopped while an answer is on its way")
	case <-time.After(500 * time.Millisecond):
	}
	if n, err := io.Copy(io.Discard, response.Body); n != bookSize || err != nil {
		t.Errorf("have %d bytes, %v, want all %d", n, err, bookSize)
	}
	_ = response.Body.Close()
	await.Take(t, over)
}

func TestConnectionsThatAskForNothingDoNotDelayTheStop(t *testing.T) {
	t.Parallel()
	v, a := launch(t, "", newGate())
	v.get("/echo/1").want(t, 200, "1") // stays open
	address := strings.TrimPrefix(v.url, "http://")
	for _, sent := range []string{"", "GET /echo/1 HTTP/1.1\r\nHost:", "GET /echo/1 HTTP/1.1\r\nHost: x\r\n\r\n"} {
		c, err := new(net.Dialer).DialContext(t.Context(), "tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		_, _ = io.WriteString(c, sent)
		if strings.HasSuffix(sent, "\r\n\r\n") {
			if line, err := bufio.NewReader(c).ReadString('\n'); !strings.Contains(line, "200") {
				t.Fatalf("have %q, %v, want 200", line, err)
			}
		}
	}
	if took := await.Take(t, stopping(t, a)); took > time.Second {
		t.Errorf("have it stopped after %v, want at most 1s", took)
	}
}

func TestClientsThatAskWithoutAPauseDoNotDelayTheStop(t *testing.T) {
	t.Parallel()
	v, a := launch(t, "", newGate())
	end, busy := make(chan bool), make(chan bool, 32)
	for range cap(busy) {
		go func() { // ends with end
			for {
				r := v.request(t.Context(), "GET", "/echo/1", "")
				select {
				case <-end:
					busy <- true
					return
				default:
					_ = v.try(r)
				}
			}
		}()
	}
	v.get("/echo/1").want(t, 200, "1")
	took := await.Take(t, stopping(t, a))
	close(end)
	for range cap(busy) {
		await.Take(t, busy)
	}
	if took > time.Second {
		t.Errorf("have it stopped after %v, want at most 1s", took)
	}
}

func TestCallThatOutlivesTheDrainTimeIsCutOff(t *testing.T) {
	t.Parallel()
	g := newGate()
	v, a := launch(t, "drain: 50ms", g)
	come := v.send("/patient/1")
	await.Take(t, g.entered)
	took := await.Take(t, stopping(t, a))
	if a := await.Take(t, come); a.err != nil || a.StatusCode < 499 {
		t.Errorf("have %v, want an answer that says that it failed", a)
	}
	if took > 2*time.Second {
		t.Errorf("have it stopped after %v", took)
	}
}

func TestServerThatNeverStartedCanBeStopped(t *testing.T) {
	t.Parallel()
	a, _ := app(t, "", newGate())
	if err := a.Stop(await.Within(t)); err != nil {
		t.Error(err)
	}
}
