package guestbook_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/examples/guestbook"
	svctest "github.com/enoki-go/enoki/testing"
)

func TestPageShowsTheNewestEntries(t *testing.T) {
	book := guestbook.NewBook()
	w := svctest.New(t, &guestbook.Guestbook{Book: book}, &guestbook.Page{})
	for _, name := range []string{"ann", "bob", "cid"} {
		svctest.Call[int](w, "guestbook.sign", name, "nice")
	}
	for path, want := range map[string]string{
		"/entries?last=1": `[{"name":"cid","text":"nice"}]`,
		"/entries":        `[{"name":"ann","text":"nice"},{"name":"bob","text":"nice"},{"name":"cid","text":"nice"}]`,
	} {
		if have := get(t, w.URL()+path); have != want {
			t.Errorf("%s: have %s, want %s", path, have, want)
		}
	}
}

func TestNightKeepsTheNewestEntries(t *testing.T) {
	book := guestbook.NewBook()
	w := svctest.New(t, &guestbook.Night{Book: book})
	for range 100 {
		book.Add(guestbook.Entry{Name: "ann"})
	}
	book.Add(guestbook.Entry{Name: "bob"})
	if have := svctest.Call[int](w, "night.tidy"); have != 1 {
		t.Errorf("have %d entries dropped, want 1", have)
	}
	if have := book.Last(1000); len(have) != 100 || have[99].Name != "bob" {
		t.Errorf("have %d entries up to %v, want 100 up to that of bob", len(have), have[len(have)-1])
	}
}

func get(t *testing.T, url string) string {
	t.Helper()
	answer, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(body))
}
