package web_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/web"
)

// Text has answers of all sizes.
type Text struct {
	_ web.Route `method:"Repeat" route:"GET /repeat/{n}" args:"n"`
	_ web.Route `method:"Stream" route:"GET /stream" timeout:"none"`

	open chan struct{}
}

// Repeat returns n letters.
func (*Text) Repeat(n int) string { return strings.Repeat("x", n) }

// Stream sends little, and the rest when it may.
func (s *Text) Stream(ctx context.Context, w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "text/event-stream")
	_, _ = io.WriteString(w, "data: 0\n\n")
	if err := http.NewResponseController(w).Flush(); err != nil {
		return err
	}
	select {
	case <-s.open:
	case <-ctx.Done():
	}
	return ctx.Err()
}

func unzip(t *testing.T, body string) string {
	t.Helper()
	r, err := gzip.NewReader(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		t.Error(err)
	}
	return string(text)
}

func TestLargeAnswersAreCompressedForThoseWhoAcceptIt(t *testing.T) {
	t.Parallel()
	v, _ := launch(t, "web: {compress: true}", &Text{})
	a := v.get("/repeat/2000", "Accept-Encoding", "gzip")
	a.wantHeader(t, "Content-Encoding", "gzip")
	a.wantHeader(t, "Vary", "Accept-Encoding")
	if text := unzip(t, a.body); text != strings.Repeat("x", 2000) || len(a.body) > 1000 {
		t.Errorf("have %d bytes that say %d letters, want less than 1000 that say 2000", len(a.body), len(text))
	}
	for _, a := range []answer{v.get("/repeat/2000"), v.get("/repeat/1000", "Accept-Encoding", "gzip")} {
		a.wantHeader(t, "Content-Encoding", "")
		if strings.Trim(a.body, "x") != "" || len(a.body) < 1000 {
			t.Errorf("have %q, want the letters themselves", a.body)
		}
	}
	v.get("/missing", "Accept-Encoding", "gzip").problem(t, http.StatusNotFound)
}

func TestAnswersAreNotCompressedUnlessThatIsAskedFor(t *testing.T) {
	t.Parallel()
	v, _ := launch(t, "", &Text{})
	a := v.get("/repeat/2000", "Accept-Encoding", "gzip")
	a.want(t, 200, strings.Repeat("x", 2000))
	a.wantHeader(t, "Content-Encoding", "")
}

func TestStreamIsNotHeldBackToBeCompressed(t *testing.T) {
	t.Parallel()
	s := &Text{open: make(chan struct{})}
	v, _ := launch(t, "web: {compress: true}", s)
	response, err := v.http.Do(v.request(await.Within(t), "GET", "/stream", "", "Accept-Encoding", "gzip"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	var body io.Reader = response.Body
	if response.Header.Get("Content-Encoding") == "gzip" {
		if body, err = gzip.NewReader(body); err != nil {
			t.Fatal(err)
		}
	}
	first := make([]byte, len("data: 0\n\n"))
	if _, err := io.ReadFull(body, first); err != nil || !bytes.Equal(first, []byte("data: 0\n\n")) {
		t.Errorf("have %q, %v, want the first event", first, err)
	}
	close(s.open)
	if rest, err := io.ReadAll(body); len(rest) > 0 || err != nil {
		t.Errorf("have %q, %v, want the end", rest, err)
	}
}

func TestStreamOfEventsBeginsAtOnceThoughOthersAreCompressed(t *testing.T) {
	t.Parallel()
	q := &Quiet{open: make(chan struct{})}
	v, _ := launch(t, "web: {compress: true}", q)
	response, err := v.http.Do(v.request(await.Within(t), "GET", "/quiet", "", "Accept", "text/event-stream", "Accept-Encoding", "gzip, zstd"))
	if err != nil {
		t.Fatal(err) // its headers did not come
	}
	close(q.open)
	_ = response.Body.Close()
}

// Quiet is a stream without events.
type Quiet struct {
	_ web.Route `method:"Stream" route:"GET /quiet" timeout:"none"`

	open chan struct{}
}

// Stream says that it is one.
func (q *Quiet) Stream(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Content-Type", "text/event-stream")
	w.WriteHeader(http.StatusOK)
	if err := http.NewResponseController(w).Flush(); err != nil {
		return err
	}
	select {
	case <-q.open:
	case <-r.Context().Done():
	}
	return nil
}
