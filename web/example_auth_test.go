package web_test

import (
	"context"
	"fmt"
	"io"
	"net/http"

	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/internal/stage"
	svctest "github.com/enoki-go/enoki/testing"
	"github.com/enoki-go/enoki/web"
)

// Diary is for those who are known; only its cover is for all.
type Diary struct {
	_ web.Auth  `method:"Authenticate"`
	_ web.Route `method:"Read" route:"GET /diary"`
	_ web.Route `method:"Cover" route:"GET /" auth:"none"`
}

// Authenticate runs before each request. What it returns travels with every call that is
// made on behalf of the request.
func (*Diary) Authenticate(r *http.Request) (web.Data, error) {
	if r.Header.Get("Authorization") != "Bearer ann's" {
		return nil, fault.New(fault.Unauthenticated, "whose diary is it?")
	}
	return web.Data{"user": "ann"}, nil
}

// Read knows who reads.
func (*Diary) Read(ctx context.Context) string { return "dear " + entrypoint.Data(ctx)["user"] }

// Cover is public.
func (*Diary) Cover() string { return "a diary" }

func ExampleAuth() {
	t := new(stage.Stage)
	defer t.End()

	w := svctest.New(t, &Diary{})
	get := func(path, token string) {
		r, err := http.NewRequest(http.MethodGet, w.URL()+path, nil)
		if err != nil {
			panic(err)
		}
		r.Header.Set("Authorization", "Bearer "+token)
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			panic(err)
		}
		text, _ := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			text = []byte(answer.Header.Get("WWW-Authenticate"))
		}
		fmt.Println(answer.StatusCode, string(text))
	}
	get("/", "")
	get("/diary", "bob's")
	get("/diary", "ann's")
	// Output:
	// 200 a diary
	// 401 Bearer
	// 200 dear ann
}
