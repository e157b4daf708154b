package web_test

import (
	"fmt"
	"io"
	"net/http"

	"github.com/enoki-go/enoki/internal/stage"
	svctest "github.com/enoki-go/enoki/testing"
	"github.com/enoki-go/enoki/web"
)

// Search says where each part of it comes from.
type Search struct {
	Words  []string `query:"word"`
	Limit  int      `query:"limit" default:"10" maximum:"100"`
	Tenant string   `header:"X-Tenant" default:"nobody"`
}

// Archive is searched by pages of other origins, too.
type Archive struct {
	_ web.Route `method:"Find" route:"GET /search"`
}

// Find returns what was asked for.
func (*Archive) Find(in Search) string { return fmt.Sprint(in.Words, " ", in.Limit, " ", in.Tenant) }

// send sends a request with a header, and prints the answer and one of its headers.
func send(method, url, name, value, shown string) {
	r, err := http.NewRequest(method, url, nil)
	if err != nil {
		panic(err)
	}
	r.Header.Set(name, value)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		panic(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, _ := io.ReadAll(answer.Body)
	fmt.Println(answer.StatusCode, answer.Header.Get(shown), string(text))
}

// Parameters come from the query, headers and cookies where their tags say so.
func ExampleRoute_query() {
	t := new(stage.Stage)
	defer t.End()

	w := svctest.New(t, &Archive{})
	send(http.MethodGet, w.URL()+"/search?word=rye&word=wheat", "X-Tenant", "acme", "Content-Type")
	// Output: 200 text/plain; charset=utf-8 [rye wheat] 10 acme
}

// The configuration says which pages of other origins may read.
func ExampleRoute_cors() {
	t := new(stage.Stage)
	defer t.End()

	w := svctest.New(t, &Archive{}, svctest.Config("web: {cors: {origins: ['https://friend.example']}}"))
	for _, origin := range []string{"https://friend.example", "https://other.example"} {
		send(http.MethodGet, w.URL()+"/search?word=rye", "Origin", origin, "Access-Control-Allow-Origin")
	}
	// Output:
	// 200 https://friend.example [rye] 10 nobody
	// 200  [rye] 10 nobody
}
