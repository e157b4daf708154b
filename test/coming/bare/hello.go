// Package bare is what docs/coming-from-plain-nats.md shows of nats.go and its package
// micro.
package bare

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"
)

// Serve greets by hand.
func Serve(nc *nats.Conn) (*nats.Subscription, error) {
	return nc.QueueSubscribe("greeter.hello", "greeter", func(m *nats.Msg) {
		var name string
		if err := json.Unmarshal(m.Data, &name); err != nil {
			_ = m.Respond([]byte(`{"error":"want a name"}`))
			return
		}
		answer, _ := json.Marshal("Hello, " + name + "!") //nolint:errchkjson // a text
		_ = m.Respond(answer)                             // the caller is gone
	})
}

// ServeMicro greets with the package micro, which adds discovery and errors.
func ServeMicro(nc *nats.Conn) (micro.Service, error) {
	return micro.AddService(nc, micro.Config{
		Name: "greeter", Version: "1.0.0",
		Endpoint: &micro.EndpointConfig{Subject: "greeter.hello", Handler: micro.HandlerFunc(hello)},
	})
}

func hello(r micro.Request) {
	var name string
	if err := json.Unmarshal(r.Data(), &name); err != nil {
		_ = r.Error("400", "want a name", nil)
		return
	}
	_ = r.RespondJSON("Hello, " + name + "!")
}

// Hello calls either.
func Hello(ctx context.Context, nc *nats.Conn, name string) (text string, err error) {
	body, err := json.Marshal(name)
	if err != nil {
		return "", err
	}
	answer, err := nc.RequestWithContext(ctx, "greeter.hello", body)
	if err != nil {
		return "", err
	}
	if why := answer.Header.Get(micro.ErrorHeader); why != "" {
		return "", errors.New(why)
	}
	err = json.Unmarshal(answer.Data, &text)
	return text, err
}

// Web serves HTTP in front of it.
func Web(nc *nats.Conn) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /hello/{name}", func(w http.ResponseWriter, r *http.Request) {
		text, err := Hello(r.Context(), nc, r.PathValue("name"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		_, _ = w.Write([]byte(text)) // the client is gone
	})
	return mux
}
