package web_test

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/service"
	"github.com/enoki-go/enoki/web"
)

// pond is a dependency that may be ill.
type pond struct{ dry atomic.Bool }

// Health says whether it is.
func (p *pond) Health(context.Context) error {
	if p.dry.Load() {
		return errors.New("the pond is dry")
	}
	return nil
}

func TestProcessIsNotReadyWhileADependencyIsIll(t *testing.T) {
	t.Parallel()
	p := new(pond)
	v, _ := open(t, &Pears{}, service.Extend("test", func(h service.Extended) error {
		if web.Serving(h) == nil {
			return errors.New("have no server, want that of Pears")
		}
		_, err := h.Shared("pond", func() (any, error) { return p, nil })
		return err
	}))
	await.Until(t, "all is well", func() bool { return v.get("/readyz").StatusCode == http.StatusOK })
	p.dry.Store(true)
	await.Until(t, "it is known", func() bool { return v.get("/readyz").StatusCode == http.StatusServiceUnavailable })
	wantText(t, v.get("/readyz").body, `"reasons":["the pond is dry"]`)
	v.get("/healthz").want(t, 200, `{"status":"alive"}`)
}

func TestProcessWithoutHTTPServesNothing(t *testing.T) {
	t.Parallel()
	app(t, "", &Barn{}, service.Extend("test", func(h service.Extended) error {
		if web.Serving(h) != nil {
			return errors.New("have a server, want none")
		}
		return nil
	}))
}
