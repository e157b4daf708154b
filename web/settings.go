package web

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/enoki-go/enoki/broker"
)

// settings is the configuration section web.
type settings struct {
	Host    string        // address to listen on; 127.0.0.1, "" for all
	Port    int           // 8000, 0 for any that is free
	Offset  int           // added to Port: `svc run -n` numbers its processes with it
	Timeout time.Duration // of a request, from its headers to the answer; 30 s
	Body    int64         // bytes of a request; 1 MiB

	MaxConnections int // open at once; 20 000

	TLS      tlsSettings
	H2C      bool `yaml:"h2c"` // HTTP/2 without TLS, too
	Cors     corsSettings
	Compress bool              // answers of 1 KiB and more, for clients that accept it
	Static   map[string]string // folders by the path under which they are served
	Headers  map[string]string // request headers that become context data, and under which key

	Sockets socketSettings

	Health bool // serve /healthz and /readyz; true
	Docs   bool // serve /openapi.json and /apidocs/; true
	Title  string
}

type tlsSettings struct {
	Cert string // file with the certificate chain in PEM
	Key  string // file with its key
}

type corsSettings struct {
	Origins     []string // that may call from a browser; none, "*" for all
	Headers     []string // that they may send, besides Content-Type; "*" for all
	Expose      []string // that they may read
	Credentials bool     // they may send cookies
	MaxAge      time.Duration
}

const (
	defaultPort    = 8000
	defaultTimeout = 30 * time.Second
	defaultBody    = 1 << 20
	defaultConns   = 20_000

	headersLimit     = 64 << 10
	headersTimeout   = 5 * time.Second
	readTimeout      = 30 * time.Second
	writeTimeout     = 30 * time.Second // after the time of the call
	idleTimeout      = time.Minute
	minCompressed    = 1 << 10
	highestPort      = 65_535
	traceparentField = "Traceparent"
	tracestateField  = "Tracestate"
)

func defaults() settings {
	return settings{
		Host: "127.0.0.1", Port: defaultPort, Timeout: defaultTimeout, Body: defaultBody, MaxConnections: defaultConns,
		Sockets: usualSockets(), Health: true, Docs: true,
	}
}

func readSettings(h Host) (settings, error) {
	s := defaults()
	if err := h.Config("web", &s); err != nil {
		return s, err
	}
	return s, s.check()
}

func (s settings) check() error {
	var errs []error
	wrong := func(key, format string, args ...any) {
		errs = append(errs, fmt.Errorf("configuration key web."+key+": "+format, args...))
	}
	if s.Port < 0 || s.Port+s.Offset > highestPort || s.Offset < 0 {
		wrong("port", "have %d, want 0 (any that is free) to %d", s.Port+s.Offset, highestPort)
	}
	if s.Timeout <= 0 {
		wrong("timeout", "have %v, want more than 0s", s.Timeout)
	}
	if s.Body < 0 {
		wrong("body", "have %d, want a number of bytes", s.Body)
	}
	if s.MaxConnections < 1 {
		wrong("max_connections", "have %d, want at least 1", s.MaxConnections)
	}
	if (s.TLS.Cert == "") != (s.TLS.Key == "") {
		wrong("tls", "have only one of cert and key, want both or none")
	}
	if s.Cors.Credentials && slices.Contains(s.Cors.Origins, "*") {
		wrong("cors.credentials", "have it with the origin *, want the origins that are trusted with cookies")
	}
	for _, path := range slices.Sorted(maps.Keys(s.Static)) {
		if !strings.HasPrefix(path, "/") || !strings.HasSuffix(path, "/") {
			wrong("static", "have the path %q, want one with a slash at both ends, as in /assets/", path)
		}
	}
	return errors.Join(append(errs, checkHeaders(s.Headers), s.Sockets.check())...)
}

// checkHeaders refuses headers that others rely on.
func checkHeaders(all map[string]string) error {
	for _, name := range slices.Sorted(maps.Keys(all)) {
		lower := strings.ToLower(name)
		if strings.HasPrefix(lower, "svc-") || strings.HasPrefix(lower, "nats-") {
			return fmt.Errorf("configuration key web.headers: have %q, want a header that does not begin with Svc- or Nats-, which are reserved", name)
		}
		if key := all[name]; !broker.ValidName(key) {
			return fmt.Errorf("configuration key web.headers: have the key %q of the context data for %q, want 1 to 64 letters, digits, - or _, as in {%s: %s}",
				key, name, name, strings.ReplaceAll(lower, "-", "_"))
		}
	}
	return nil
}
