package svctest

import (
	"slices"
	"strings"

	"github.com/enoki-go/enoki/internal/suggest"
	"github.com/enoki-go/enoki/service"
)

// anyPort lets the HTTP server of a world listen where nobody else does.
const anyPort = "web: {port: 0}"

// httpKinds are the kinds of entrypoints that an HTTP server serves.
var httpKinds = []string{"http", "socket"}

// URL returns where the HTTP server of the services listens, as in
// "http://127.0.0.1:41234": on any free port, unless Config says web.port. A path
// follows it. Where no service has HTTP the test fails.
func (w *World) URL() string {
	w.t.Helper()
	url, why := serverURL(w.app.Manifest())
	if why != "" {
		w.t.Fatalf("World.URL: %s", why)
	}
	return url
}

// serverURL returns what the first entrypoint over HTTP says of its server, else
// why there is none.
func serverURL(m service.Manifest) (url, why string) {
	served := overHTTP(m)
	for _, e := range served {
		if url := baseURL(e.url); url != "" {
			return url, ""
		}
	}
	if len(served) == 0 {
		return "", "no service has HTTP: want an entrypoint of kind " + strings.Join(httpKinds, " or ") +
			", such as web.Route; have " + suggest.List(described(m))
	}
	return "", served[0].name + " is reached over HTTP, but does not say where (Options[\"url\"] of its description)"
}

// served is an entrypoint over HTTP, or a gateway: what it is called, and where it is
// reached.
type served struct{ name, url string }

func overHTTP(m service.Manifest) (all []served) {
	for _, s := range m.Services {
		for _, e := range s.Entrypoints {
			if slices.Contains(httpKinds, e.Kind) {
				all = append(all, served{s.Name + "." + e.Method, e.Options["url"]})
			}
		}
		for _, d := range s.Dependencies {
			if d.Kind == "gateway" {
				all = append(all, served{s.Name + "." + d.Field, d.Options["url"]})
			}
		}
	}
	return all
}

// described names all entrypoints with their kinds.
func described(m service.Manifest) (all []string) {
	for _, s := range m.Services {
		for _, e := range s.Entrypoints {
			all = append(all, s.Name+"."+e.Method+" ("+e.Kind+")")
		}
	}
	return all
}

// baseURL cuts a URL to its scheme, that of HTTP, and its host; "" where it has
// none.
func baseURL(url string) string {
	scheme, rest, found := strings.Cut(url, "://")
	host, _, _ := strings.Cut(rest, "/")
	if !found || host == "" {
		return ""
	}
	switch scheme {
	case "ws":
		scheme = "http"
	case "wss":
		scheme = "https"
	}
	return scheme + "://" + host
}

// stopsClock says what of the services would listen on a real socket in a bubble, ""
// for nothing: the clock would stand still, which is found out much later.
func (w *World) stopsClock() string {
	if !inBubble() {
		return ""
	}
	for _, s := range overHTTP(w.app.Manifest()) {
		return s.name + " is served over HTTP, and a real socket stops the clock; " +
			"want it tested outside of Virtual, or left out with service.Only"
	}
	return ""
}
