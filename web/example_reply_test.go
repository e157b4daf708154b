package web_test

import (
	"fmt"
	"net/http"

	"github.com/enoki-go/enoki/internal/stage"
	svctest "github.com/enoki-go/enoki/testing"
	"github.com/enoki-go/enoki/web"
)

// Short makes short addresses.
type Short struct {
	_ web.Route `method:"Follow" route:"GET /{name}" args:"name"`
}

// Follow answers with a status and a header of its own.
func (*Short) Follow(name string) web.Reply[any] {
	return web.Reply[any]{Status: http.StatusFound, Header: http.Header{"Location": {"https://example.com/" + name}}}
}

func ExampleReply() {
	t := new(stage.Stage)
	defer t.End()

	w := svctest.New(t, &Short{})
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Get(w.URL() + "/go")
	if err != nil {
		panic(err)
	}
	_ = answer.Body.Close()
	fmt.Println(answer.StatusCode, answer.Header.Get("Location"))
	// Output: 302 https://example.com/go
}
