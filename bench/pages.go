package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"
)

// Every contestant over HTTP serves two pages: one writes text, the other takes a
// parameter from the path and answers with JSON.
const (
	rawPath   = "/raw"
	rawText   = "Hello, world!"
	helloPath = "/hello/"
	helloName = "Ann"
)

// hello is the JSON that a greeting is.
type hello struct {
	Message string `json:"message"`
	Length  int    `json:"length"`
}

func greetingPage(name string) hello {
	text := greeting(name)
	return hello{text, len(text)}
}

// pages are the contestants over HTTP; the first is what the others are compared to.
var pages = []contestant{
	{name: "ServeMux", serve: servePages(muxPages, plainServer)},
	{name: "ServeMux-control", serve: servePages(muxPages, plainServer)},
	{name: "ServeMux-guarded", serve: servePages(muxPages, guardedServer)},
	{name: "chi", serve: servePages(chiPages, plainServer)},
	{name: "enoki-http", serve: serveOurPages},
}

// muxPages are the pages by hand.
func muxPages() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+rawPath, writeRaw)
	mux.HandleFunc("GET "+helloPath+"{name}", func(w http.ResponseWriter, r *http.Request) { writeHello(w, r.PathValue("name")) })
	return mux
}

// chiPages are the same with the router of chi.
func chiPages() http.Handler {
	router := chi.NewRouter()
	router.Get(rawPath, writeRaw)
	router.Get(helloPath+"{name}", func(w http.ResponseWriter, r *http.Request) { writeHello(w, chi.URLParam(r, "name")) })
	return router
}

func writeRaw(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, rawText) // the client is gone
}

func writeHello(w http.ResponseWriter, name string) {
	body, err := json.Marshal(greetingPage(name))
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(body) // the client is gone
}

func plainServer(h http.Handler) *http.Server {
	return &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second}
}

// guardedServer has the limits of ours: on reading, and a deadline for each request.
func guardedServer(h http.Handler) *http.Server {
	timely := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), 30*time.Second)
		defer cancel()
		h.ServeHTTP(w, r.WithContext(ctx))
	})
	s := plainServer(timely)
	s.ReadTimeout, s.IdleTimeout, s.MaxHeaderBytes = 30*time.Second, time.Minute, 64<<10
	return s
}

// servePages returns the side of a contestant that serves.
func servePages(pages func() http.Handler, server func(http.Handler) *http.Server) func(assignment) (site, error) {
	return func(assignment) (site, error) {
		l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
		if err != nil {
			return site{}, err
		}
		s, over := server(pages()), make(chan error, 1)
		go func() { over <- s.Serve(l) }() // ends with stop
		stop := func() error {
			err := s.Close()
			if served := <-over; !errors.Is(served, http.ErrServerClosed) {
				err = errors.Join(err, served)
			}
			return err
		}
		return site{url: "http://" + l.Addr().String(), stop: stop}, nil
	}
}

// checkPages compares what a contestant answers to what all have to.
func checkPages(ctx context.Context, base string) error {
	text, kind, err := get(ctx, base+rawPath)
	if err != nil {
		return err
	}
	if text != rawText || kind != "text/plain; charset=utf-8" {
		return fmt.Errorf("%s: have %q of type %s, want %q of type text/plain; charset=utf-8", rawPath, text, kind, rawText)
	}
	if text, kind, err = get(ctx, base+helloPath+helloName); err != nil {
		return err
	}
	want, err := json.Marshal(greetingPage(helloName))
	if err != nil {
		return err
	}
	if text != string(want) || kind != "application/json" {
		return fmt.Errorf("%s: have %s of type %s, want %s of type application/json", helloPath+helloName, text, kind, want)
	}
	return nil
}

func get(ctx context.Context, url string) (body, contentType string, err error) {
	ctx, cancel := context.WithTimeout(ctx, launchLimit)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return "", "", err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", "", err
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("get %s: %s", url, answer.Status)
	}
	return string(text), answer.Header.Get("Content-Type"), err
}
