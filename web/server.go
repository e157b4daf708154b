package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/web/internal/apidoc"
)

// Server is the HTTP server of a process: one for all of its services. It listens
// before the first of them starts, and answers 503 on the routes of those that have not
// started yet, or stop.
type Server struct {
	settings settings
	logger   *slog.Logger
	document *apidoc.Document
	mux      *http.ServeMux
	owners   map[string]string // by pattern
	http     *http.Server
	probe    probe
	heir     *heir // nil unless a supervisor holds the listener

	url    atomic.Pointer[string]
	active activity
	work   sync.WaitGroup
}

var _ dependency.Documented = (*Server)(nil)

type serverKey struct{}

// ServerOf returns the server of the process that h belongs to. It is asked for while
// services are declared; it listens where the configuration section web says.
func ServerOf(h Host) (*Server, error) {
	return dependency.Shared(h, serverKey{}, func() (*Server, error) {
		s, err := readSettings(h)
		if err != nil {
			return nil, err
		}
		return newServer(s, h), nil
	})
}

// Serving returns the server of the process that h belongs to, nil where nobody has asked
// for one: it is for extensions, which come after all services.
func Serving(h dependency.Sharing) *Server {
	s, ok := dependency.Lookup(h, serverKey{})
	if !ok {
		return nil
	}
	return s.(*Server)
}

func newServer(set settings, h Host) *Server {
	title := set.Title
	if title == "" {
		title = h.Service()
	}
	return &Server{
		settings: set, logger: h.Logger(), document: apidoc.New(title, "1.0.0"),
		mux: http.NewServeMux(), owners: make(map[string]string), probe: probe{host: h},
	}
}

// Handle serves a pattern of net/http. The owner, such as "orders.Create", is named
// where somebody else wants the same requests. It is called while services are declared.
func (s *Server) Handle(pattern, owner string, handler http.Handler) error {
	if err := s.register(pattern, handler); err != nil {
		if other := s.rival(pattern); other != "" {
			return fmt.Errorf("route %q: some requests would fit %s, too; change one of the two patterns", pattern, other)
		}
		return fmt.Errorf("route %q: %w; want a pattern as in \"GET /orders/{id}\"", pattern, err)
	}
	s.owners[pattern] = owner
	return nil
}

// register adds a pattern to the mux, which panics where it does not like it.
func (s *Server) register(pattern string, handler http.Handler) (err error) {
	defer func() {
		if refused := recover(); refused != nil {
			err = errors.New(strings.TrimPrefix(fmt.Sprint(refused), "http: "))
		}
	}()
	s.mux.Handle(pattern, handler)
	return nil
}

// rival returns the route that a pattern is in conflict with, "" for none.
func (s *Server) rival(pattern string) string {
	for taken, owner := range s.owners {
		both := Server{mux: http.NewServeMux()}
		if both.register(taken, http.NotFoundHandler()) == nil && both.register(pattern, http.NotFoundHandler()) != nil &&
			(&Server{mux: http.NewServeMux()}).register(pattern, http.NotFoundHandler()) == nil {
			return fmt.Sprintf("%q of %s", taken, owner)
		}
	}
	return ""
}

// Document returns what /openapi.json serves, or would: the OpenAPI document of the routes.
func (s *Server) Document() (format string, text json.RawMessage, err error) {
	if s.document.Empty() {
		return "openapi", nil, nil
	}
	text, err = s.document.JSON()
	return "openapi", text, err
}

// URL returns where the server listens, as in "http://127.0.0.1:8000"; "" before it
// does.
func (s *Server) URL() string {
	if url := s.url.Load(); url != nil {
		return *url
	}
	return ""
}

// Start listens. The container calls it.
func (s *Server) Start(ctx context.Context) error {
	if err := s.complete(); err != nil {
		return err
	}
	l, err := s.listen(ctx)
	if err != nil {
		return err
	}
	s.http = s.newHTTP()
	url := s.urlOf(l.Addr())
	s.url.Store(&url)
	if s.heir != nil {
		s.heir.take(l, s.http)
	} else {
		s.serve(l)
	}
	attrs := []any{"url", url}
	if s.settings.Docs {
		attrs = append(attrs, "docs", url+docsPath)
	}
	s.logger.InfoContext(ctx, "HTTP server listens", attrs...)
	return nil
}

// serve accepts connections until the server is stopped.
func (s *Server) serve(l net.Listener) {
	s.work.Go(func() {
		if err := s.http.Serve(l); !errors.Is(err, http.ErrServerClosed) && !s.leaving() {
			s.logger.Error("the HTTP server ended", "error", err)
		}
	})
}

// Ready lets /readyz say so. The container calls it.
func (s *Server) Ready() {
	s.probe.all.Store(true)
	if s.heir != nil {
		s.serve(s.heir.listener)
	}
}

// Stop closes the server once the last answers are written. The container calls it when
// no method runs any more.
func (s *Server) Stop(ctx context.Context) error {
	if s.http == nil {
		return nil
	}
	if s.heir != nil {
		_ = s.heir.listener.Close() // it may not have been served
	}
	closing, giveUp := context.WithCancel(ctx)
	defer giveUp()
	s.work.Go(func() { // takes no more connections from now on, so that the last answer is one
		if s.http.Shutdown(closing) != nil { // connections that are open but have not asked for anything
			_ = s.http.Close()
		}
	})
	err := s.active.wait(ctx)
	defer time.AfterFunc(idleGrace, giveUp).Stop()
	s.work.Wait()
	return err
}

// idleGrace is how long Stop lets connections end on which no request is being answered.
const idleGrace = 250 * time.Millisecond
