package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/enoki-go/enoki/service"
	"github.com/enoki-go/enoki/web"
)

// pageService is what a user would write, with everything on.
type pageService struct {
	_ service.Name `name:"bench_pages"`

	Phrase phrase

	_ web.Route `method:"Raw" route:"GET /raw"`
	_ web.Route `method:"Hello" route:"GET /hello/{name}" args:"name"`
}

// Raw writes the answer by itself.
func (*pageService) Raw(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, rawText) // the client is gone
}

// Hello greets name.
func (p *pageService) Hello(_ context.Context, name string) hello {
	text := p.Phrase(name)
	return hello{text, len(text)}
}

// serveOurPages starts the service on any free port; no broker is needed.
func serveOurPages(a assignment) (site, error) {
	app, err := newOurs(a, &pageService{}, newPhrase, "web.port=0")
	if err != nil {
		return site{}, err
	}
	if err := app.Start(context.Background()); err != nil {
		return site{}, err
	}
	s := site{stop: func() error { return app.Stop(context.Background()) }}
	for _, e := range app.Manifest().Services[0].Entrypoints {
		if e.Method == "Raw" {
			s.url = strings.TrimSuffix(e.Options["url"], rawPath)
		}
	}
	if s.url == "" {
		return site{}, errors.Join(errors.New("the manifest does not say where the route is reached"), s.stop())
	}
	return s, nil
}
