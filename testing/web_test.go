package svctest_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/internal/await"
	svctest "github.com/enoki-go/enoki/testing"
	"github.com/enoki-go/enoki/web"
)

// Door greets over HTTP.
type Door struct {
	_ web.Route `method:"Open" route:"GET /open/{name}" args:"name"`
}

// Open greets name.
func (*Door) Open(name string) string { return "Hello, " + name + "!" }

// Bell is reached by a websocket alone.
type Bell struct {
	_ web.Socket `method:"Ring"`
}

// Ring rings.
func (*Bell) Ring() string { return "ring" }

func get(t *testing.T, url string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(await.Within(t), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	r.Close = true // leave no connection behind
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestServerOfAWorldAnswersAtItsURL(t *testing.T) {
	first, second := svctest.New(t, &Door{}), svctest.New(t, &Door{}, &Bell{}) // each at a port of its own
	for _, w := range []*svctest.World{first, second} {
		if have := get(t, w.URL()+"/open/Ann"); have != "Hello, Ann!" {
			t.Errorf("have %q, want Hello, Ann!", have)
		}
	}
	if first.URL() == second.URL() || strings.HasSuffix(first.URL(), ":8000") {
		t.Errorf("have %s and %s, want a free port for each", first.URL(), second.URL())
	}
}

func TestServerOfSocketsHasAURL(t *testing.T) {
	w := svctest.New(t, &Bell{})
	if have := get(t, w.URL()+"/healthz"); have == "" {
		t.Error("have nothing at /healthz, want an answer of the server")
	}
}
