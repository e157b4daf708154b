package web

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/klauspost/compress/gzhttp"
	"github.com/rs/cors"
)

// chain returns what every request passes, outermost first: counting, origins,
// compression, the mux.
func (s *Server) chain() http.Handler {
	var h http.Handler = s.mux
	if s.settings.Compress {
		h = compressed(h)
	}
	h = s.origins(h)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.active.enter()
		defer s.active.leave()
		if s.leaving() {
			w.Header().Set("Connection", "close")
		}
		if len(r.TransferEncoding) > 0 {
			// It may have had a Content-Length as well, which net/http drops: where the
			// next request begins is then not what a proxy in front thinks (RFC 9112, 6.3).
			w.Header().Set("Connection", "close")
		}
		h.ServeHTTP(w, r)
	})
}

// origins answers pages of other origins: those that web.cors lists may send requests and
// read the answers, others may not send any that change something. Who is no page of a
// browser is not asked.
func (s *Server) origins(h http.Handler) http.Handler {
	c := s.settings.Cors
	shared := cors.New(cors.Options{
		AllowedOrigins: c.Origins, AllowedHeaders: append([]string{"Content-Type"}, c.Headers...), ExposedHeaders: append([]string{callIDField}, c.Expose...),
		AllowedMethods:   []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete},
		AllowCredentials: c.Credentials, MaxAge: int(c.MaxAge.Seconds()),
	})
	foreign := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(c.Origins) > 0 && shared.OriginAllowed(r) {
			h.ServeHTTP(w, r)
			return
		}
		Fail(w, r, "", statusError{http.StatusForbidden, "pages of other origins may not send this (configuration key web.cors.origins)"})
	})
	guarded := http.NewCrossOriginProtection()
	guarded.SetDenyHandler(foreign)
	if len(c.Origins) == 0 { // where all are allowed by default in the library
		return guarded.Handler(h)
	}
	return shared.Handler(guarded.Handler(h))
}

// compressed compresses what is worth it. A websocket is left alone, and a
// stream of events, whose pieces are not to wait for more.
func compressed(h http.Handler) http.Handler {
	wrap, err := gzhttp.NewWrapper(gzhttp.MinSize(minCompressed), gzhttp.EnableZstd(false))
	if err != nil {
		panic(err) //nolint:forbidigo // a constant that the library refuses
	}
	zipped := wrap(h)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") != "" || strings.Contains(r.Header.Get("Accept"), "text/event-stream") {
			h.ServeHTTP(w, r)
			return
		}
		zipped.ServeHTTP(w, r)
	})
}

// complete adds what the server serves by itself, except where a service has a route of
// its own for that.
func (s *Server) complete() error {
	for path, folder := range s.settings.Static {
		files, err := filesIn(folder)
		if err != nil {
			return fmt.Errorf("configuration key web.static: %w", err)
		}
		if err := s.Handle("GET "+path, "configuration key web.static", http.StripPrefix(strings.TrimSuffix(path, "/"), files)); err != nil {
			return err
		}
	}
	if s.settings.Health {
		s.Offer("/healthz", http.HandlerFunc(s.probe.alive))
		s.Offer("/readyz", http.HandlerFunc(s.probe.ready))
	}
	if s.settings.Docs {
		s.Offer("/openapi.json", s.document.Spec())
		s.Offer(docsPath, s.document.UI(docsPath, "/openapi.json"))
	}
	_ = s.register("GET "+clientPath, http.HandlerFunc(serveClient))
	_ = s.register("/", http.HandlerFunc(s.nowhere))
	return nil
}

// Offer serves the GET requests of a path unless a service does, and reports whether it
// does. It is for extensions, which come after all services.
func (s *Server) Offer(path string, h http.Handler) bool {
	return s.owners[path] == "" && s.register("GET "+path, h) == nil // refused where it is taken
}

const docsPath = "/apidocs/"

// nowhere answers what fits no route: 405 where another method would.
func (s *Server) nowhere(w http.ResponseWriter, r *http.Request) {
	if allowed := s.allowed(r); len(allowed) > 0 {
		w.Header().Set("Allow", strings.Join(allowed, ", "))
		Fail(w, r, "", statusError{http.StatusMethodNotAllowed, fmt.Sprintf("the path takes %s, not %.20q", strings.Join(allowed, ", "), r.Method)})
		return
	}
	Fail(w, r, "", statusError{http.StatusNotFound, "no route fits the path"})
}

// allowed returns the methods with which a path has a route.
func (s *Server) allowed(r *http.Request) (all []string) {
	other := *r
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		other.Method = method
		if _, pattern := s.mux.Handler(&other); pattern != "" && pattern != "/" {
			all = append(all, method)
		}
	}
	return all
}
