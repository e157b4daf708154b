package service_test

import (
	"fmt"
	"io"
	"net/http"

	"github.com/enoki-go/enoki/internal/stage"
	"github.com/enoki-go/enoki/service"
	svctest "github.com/enoki-go/enoki/testing"
	"github.com/enoki-go/enoki/web"
)

// Desk answers over HTTP.
type Desk struct {
	_ web.Route `method:"Ask" route:"GET /ask"`
}

// Ask answers.
func (*Desk) Ask() string { return "what?" }

// version is an extension: it adds a page to the server that all services share.
func version(a service.Extended) error {
	server := web.Serving(a)
	if server == nil {
		return nil // no service has routes
	}
	server.Offer("/version", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "1.2.0")
	}))
	return nil
}

func ExampleExtend() {
	t := new(stage.Stage)
	defer t.End()

	w := svctest.New(t, &Desk{}, service.Extend("version", version))
	answer, err := http.Get(w.URL() + "/version")
	if err != nil {
		panic(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	fmt.Println(string(text), err)
	// Output: 1.2.0 <nil>
}
