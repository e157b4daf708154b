package web_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/service"
	"github.com/enoki-go/enoki/web"
)

// Whoever watches calls is told the route and the status before the answer is written.
func TestMiddlewareIsToldTheRouteAndTheStatus(t *testing.T) {
	t.Parallel()
	type told struct {
		source string
		status int
	}
	heard := make(chan told, 1)
	listen := service.Use(func(next service.Handler) service.Handler {
		return func(ctx context.Context, c *entrypoint.Call) (any, error) {
			out, err := next(ctx, c)
			heard <- told{c.Stimulus.(entrypoint.Sourced).Source(), c.Stimulus.(entrypoint.Answered).Status(out, err)}
			return out, err
		}
	})
	v, _ := launch(t, "", &Forms{}, &Blunt{}, listen)
	for _, tt := range []struct{ method, path, source string }{
		{"GET", "/text", "GET /text"},
		{"GET", "/null", "GET /null"},
		{"GET", "/nothing", "GET /nothing"},
		{"PUT", "/made", "PUT /made"},
		{"PUT", "/accepted", "PUT /accepted"},
		{"GET", "/reply", "GET /reply"},
		{"GET", "/moved", "GET /moved"},
		{"GET", "/plain", "GET /plain"},
		{"HEAD", "/text", "HEAD /text"},
		{"GET", "/blunt/418", "GET /blunt/{how}"},
		{"GET", "/blunt/write", "GET /blunt/{how}"},
		{"GET", "/blunt/nothing", "GET /blunt/{how}"},
		{"GET", "/blunt/error", "GET /blunt/{how}"},
		{"GET", "/blunt/refused", "GET /blunt/{how}"},
		{"BREW", "/blunt/418", "_OTHER /blunt/{how}"},
	} {
		a := v.ask(tt.method, tt.path, "")
		if have, want := <-heard, (told{tt.source, a.StatusCode}); have != want {
			t.Errorf("%s %s: was told %v, want %v", tt.method, tt.path, have, want)
		}
	}
	cut, err := v.http.Get(v.url + "/blunt/cut")
	if err != nil {
		t.Fatal(err)
	}
	_ = cut.Body.Close()
	if have, want := <-heard, (told{"GET /blunt/{how}", http.StatusOK}); have != want {
		t.Errorf("was told %v of an answer that was broken off, want %v", have, want)
	}
}

// Blunt writes answers by itself.
type Blunt struct {
	_ web.Route `method:"Answer" route:"/blunt/{how}"`
}

// Answer answers as it is told to.
func (*Blunt) Answer(w http.ResponseWriter, r *http.Request) error {
	switch r.PathValue("how") {
	case "418":
		w.WriteHeader(http.StatusEarlyHints)
		w.WriteHeader(http.StatusTeapot)
	case "write":
		_, err := w.Write([]byte("written"))
		return err
	case "cut":
		_, _ = w.Write([]byte("begun"))
		_ = http.NewResponseController(w).Flush()
		return http.ErrNoLocation
	case "error":
		return http.ErrNoLocation
	case "refused":
		return web.Refuse(http.StatusMethodNotAllowed, "no")
	}
	return nil
}
