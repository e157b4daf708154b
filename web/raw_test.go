package web_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/web"
)

// Raw writes its answers by itself.
type Raw struct {
	_ web.Route `method:"Events" route:"GET /events" timeout:"none"`
	_ web.Route `method:"File" route:"GET /file"`
	_ web.Route `method:"Early" route:"GET /early"`
	_ web.Route `method:"Halfway" route:"GET /halfway"`
	_ web.Route `method:"Context" route:"GET /context" timeout:"7s"`
	_ web.Route `method:"Forever" route:"GET /forever" timeout:"none"`
	_ web.Route `method:"Upload" route:"POST /upload" body:"1000"`
	_ web.Route `method:"Upload" route:"GET /upload"`
	_ web.Route `method:"Alone" route:"GET /alone"`

	open  chan struct{}
	ended chan error
}

func newRaw() *Raw { return &Raw{open: make(chan struct{}), ended: make(chan error, 1)} }

// Events sends an event, and another when it may.
func (s *Raw) Events(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "text/event-stream")
	for n := range 2 {
		_, _ = fmt.Fprintf(w, "data: %d\n\n", n)
		if err := http.NewResponseController(w).Flush(); err != nil {
			return err
		}
		<-s.open
	}
	return nil
}

// File serves a file.
func (*Raw) File(w http.ResponseWriter, r *http.Request) {
	http.ServeContent(w, r, "pears.txt", time.Unix(1e9, 0), strings.NewReader("0123456789"))
}

// Early fails before it answers.
func (*Raw) Early(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "text/html")
	return fault.New(fault.NotFound, "no such page")
}

// Halfway fails in the middle of its answer.
func (*Raw) Halfway(w http.ResponseWriter, _ *http.Request) error {
	_, _ = io.WriteString(w, strings.Repeat("x", 10_000))
	return errors.New("disk on fire")
}

// Context tells what it knows of its call.
func (*Raw) Context(ctx context.Context, w http.ResponseWriter, r *http.Request) {
	deadline, _ := r.Context().Deadline()
	own, _ := ctx.Deadline()
	c := entrypoint.FromContext(r.Context())
	left := time.Until(deadline)
	_, _ = fmt.Fprintf(w, "%t %t %s %s", own.Equal(deadline), left > time.Second && left < 7*time.Second, c.ID, entrypoint.Data(r.Context())["tenant"])
}

// Forever runs until its client has gone.
func (s *Raw) Forever(w http.ResponseWriter, r *http.Request) {
	_ = http.NewResponseController(w).Flush()
	<-r.Context().Done()
	s.ended <- r.Context().Err()
}

// Upload counts bytes.
func (*Raw) Upload(w http.ResponseWriter, r *http.Request) error {
	n, err := io.Copy(io.Discard, r.Body)
	if err == nil {
		_, err = fmt.Fprint(w, n)
	}
	return err
}

// Alone writes nothing.
func (*Raw) Alone(http.ResponseWriter, *http.Request) {}

func TestStreamReachesTheClientWhileTheMethodRuns(t *testing.T) {
	t.Parallel()
	for _, compress := range []string{"false", "true"} {
		s := newRaw()
		v, _ := launch(t, "web: {compress: "+compress+"}", s)
		response, err := v.http.Do(v.request(await.Within(t), "GET", "/events", "", "Accept-Encoding", "identity"))
		if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewReader(response.Body)
		if line, err := lines.ReadString('\n'); line != "data: 0\n" || err != nil {
			t.Fatalf("have %q, %v, want the first event", line, err)
		}
		close(s.open)
		rest, err := io.ReadAll(lines)
		if string(rest) != "\ndata: 1\n\n" || err != nil || response.Body.Close() != nil {
			t.Errorf("have %q, %v, want the second event", rest, err)
		}
	}
}

func TestFilesAreServedInParts(t *testing.T) {
	t.Parallel()
	v, _ := launch(t, "", newRaw())
	a := v.get("/file")
	a.want(t, 200, "0123456789")
	v.get("/file", "Range", "bytes=2-4").want(t, http.StatusPartialContent, "234")
	v.get("/file", "If-Modified-Since", a.Header.Get("Last-Modified")).want(t, http.StatusNotModified, "")
	v.ask("HEAD", "/file", "").wantHeader(t, "Content-Length", "10")
}

func TestErrorBeforeTheAnswerIsAProblem(t *testing.T) {
	t.Parallel()
	v, _ := launch(t, "", newRaw())
	if p := v.get("/early").problem(t, http.StatusNotFound); p.Detail != "no such page" {
		t.Errorf("have %+v", p)
	}
}

func TestErrorAfterTheAnswerHasBegunBreaksItOff(t *testing.T) {
	t.Parallel()
	for _, compress := range []string{"false", "true"} {
		v, _ := launch(t, "web: {compress: "+compress+"}", newRaw())
		a := v.try(v.request(await.Within(t), "GET", "/halfway", "", "Accept-Encoding", "gzip"))
		if !errors.Is(a.err, io.ErrUnexpectedEOF) && !errors.Is(a.err, io.EOF) { // in its body, or before that
			t.Errorf("compress %s: have %d bytes and %v, want an unexpected end", compress, len(a.body), a.err)
		}
		wantNoText(t, a.body, "fire")
		v.get("/alone").want(t, 200, "")
	}
}

func TestContextOfTheRequestIsThatOfTheCall(t *testing.T) {
	t.Parallel()
	v, _ := launch(t, "web: {headers: {X-Tenant: tenant}}", newRaw())
	a := v.get("/context", "X-Tenant", "acme")
	a.want(t, 200, "true true "+a.Header.Get("X-Call-Id")+" acme")
}

func TestContextEndsWhenTheClientGoes(t *testing.T) {
	t.Parallel()
	s := newRaw()
	v, _ := launch(t, "", s)
	ctx, leave := context.WithCancel(await.Within(t))
	response, err := v.http.Do(v.request(ctx, "GET", "/forever", ""))
	if err != nil {
		t.Fatal(err)
	}
	leave()
	_ = response.Body.Close()
	if err := await.Take(t, s.ended); !errors.Is(err, context.Canceled) {
		t.Errorf("have %v, want context.Canceled", err)
	}
}

func TestUploadIsBounded(t *testing.T) {
	t.Parallel()
	v, _ := launch(t, "", newRaw())
	v.ask("POST", "/upload", strings.Repeat("x", 999)).want(t, 200, "999")
	a := v.try(v.request(await.Within(t), "POST", "/upload", strings.Repeat("x", 100_000)))
	a.problem(t, http.StatusRequestEntityTooLarge)
}

func TestClientThatLeavesHurtsNobody(t *testing.T) {
	t.Parallel()
	g := newGate()
	v, _ := launch(t, "workers: 2", g)
	for n := range 4 { // more than there are workers
		ctx, leave := context.WithCancel(await.Within(t))
		r, left := v.request(ctx, "GET", fmt.Sprintf("/pass/%d", n), ""), make(chan answer, 1)
		go func() { left <- v.try(r) }() // awaited below
		await.Take(t, g.entered)
		leave()
		if a := await.Take(t, left); !errors.Is(a.err, context.Canceled) {
			t.Errorf("have %v, want context.Canceled", a.err)
		}
	}
	v.get("/echo/7").want(t, 200, "7")
}

func TestClientThatLeavesInTheMiddleOfTheAnswerHurtsNobody(t *testing.T) {
	t.Parallel()
	v, _ := launch(t, "workers: 1", &Flood{})
	for range 3 {
		response, err := v.http.Do(v.request(await.Within(t), "GET", "/flood", ""))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.CopyN(io.Discard, response.Body, 1000)
		_ = response.Body.Close()
	}
	v.get("/drop").want(t, 200, "drop")
}

// Flood writes more than any buffer holds.
type Flood struct {
	_ web.Route `method:"Flood" route:"GET /flood"`
	_ web.Route `method:"Drop" route:"GET /drop"`
}

// Flood writes until nobody reads.
func (*Flood) Flood(w http.ResponseWriter, _ *http.Request) error {
	drop := bytes.Repeat([]byte("x"), 1<<20)
	for {
		if _, err := w.Write(drop); err != nil {
			return err
		}
	}
}

// Drop writes little.
func (*Flood) Drop() string { return "drop" }

// Keeper hands its connection to others.
type Keeper struct {
	_ web.Route `method:"Take" route:"GET /take" timeout:"1s"`
	_ web.Route `method:"Spoil" route:"GET /spoil"`
}

// Take answers by itself, and fails then.
func (*Keeper) Take(w http.ResponseWriter, _ *http.Request) error {
	conn, buffers, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	if _, err := buffers.WriteString("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"); err != nil {
		return err
	}
	return errors.Join(buffers.Flush(), errors.New("too late to be told"))
}

// Spoil fails after it has said how long its answer is to be kept.
func (*Keeper) Spoil(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Cache-Control", "public, max-age=86400")
	w.Header().Set("Etag", `"1"`)
	return errors.New("spoilt")
}

func TestConnectionThatWasTakenIsLeftAlone(t *testing.T) {
	t.Parallel()
	a, log := app(t, "", &Keeper{})
	if err := a.Start(await.Within(t)); err != nil {
		t.Fatal(err)
	}
	visit(t, log.url(t)).get("/take").want(t, 200, "ok")
	if err := a.Stop(await.Within(t)); err != nil { // by then all that net/http has to say is said
		t.Error(err)
	}
	wantText(t, log, "too late to be told")
	wantNoText(t, log, "hijacked")
}

func TestProblemIsNotKeptAsTheAnswerWouldHaveBeen(t *testing.T) {
	t.Parallel()
	v, _ := launch(t, "", &Keeper{})
	a := v.get("/spoil")
	a.problem(t, http.StatusInternalServerError)
	a.wantHeader(t, "Cache-Control", "")
	a.wantHeader(t, "Etag", "")
}
