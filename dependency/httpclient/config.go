package httpclient

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/enoki-go/enoki/dependency"
)

// Config is the configuration section http.<name>; the name is that of the tag http.
type Config struct {
	// URL is where the API is, http or https, with the path that all of its paths begin
	// with. A user and a password in it are sent with each request that has no header
	// Authorization.
	URL string
	// Timeout bounds a request from its start to the end of the answer's body, with all
	// redirections and retries; 10 s. The deadline of the call does so as well.
	Timeout time.Duration
	// Retries is how often a request is sent again that may be (its method is GET, HEAD,
	// OPTIONS, PUT or DELETE, and its body can be read again) where the API cannot be
	// reached or answers 502, 503 or 504; 2. The pauses are 100 ms, 200 ms, 400 ms, and so
	// on up to 2 s.
	Retries int
	// Body is how many bytes of an answer may be read; 10 MiB.
	Body int64
	// Headers are the headers that carry context data, as in web.headers: X-Tenant:
	// tenant. The trace context is always sent. Text with a line break in it is
	// fault.Invalid.
	Headers map[string]string
}

// Defaults returns the configuration that holds where none is given; the URL is always
// to be given.
func Defaults() Config {
	return Config{Timeout: 10 * time.Second, Retries: 2, Body: 10 << 20}
}

// headerPattern is a token of RFC 9110.
var headerPattern = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")

// readConfig returns the configuration of an API and its URL.
func readConfig(h dependency.Host, name string) (Config, *url.URL, error) {
	c := Defaults()
	if !dependency.ValidName(name) {
		return c, nil, fmt.Errorf("tag key http: have %q, want the name of an API: 1 to 64 letters, digits, - or _", name)
	}
	if err := h.Config("http."+name, &c); err != nil {
		return c, nil, err
	}
	base, err := c.base(h, name)
	return c, base, errors.Join(err, c.check("http."+name))
}

// base parses the URL. Its errors do not show it: there may be a password in it.
func (c Config) base(h dependency.Host, name string) (*url.URL, error) {
	key := "configuration key http." + name + ".url"
	if c.URL == "" {
		return nil, fmt.Errorf("%s is missing: want where the API is, as in https://api.example.com/v1; %s", key, others(h))
	}
	base, err := url.Parse(c.URL)
	if err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" {
		return nil, fmt.Errorf("%s: want a URL as in https://api.example.com/v1", key)
	}
	if base.RawQuery != "" || base.Fragment != "" {
		return nil, fmt.Errorf("%s: have a query or a fragment, want neither", key)
	}
	return base.JoinPath("/"), nil // requests need a path
}

// others says which APIs are configured, for whoever has misspelt one.
func others(h dependency.Host) string {
	var all map[string]any
	if err := h.Config("http", &all); err != nil || len(all) == 0 {
		return "no API is configured"
	}
	return "the APIs in the configuration are " + strings.Join(slices.Sorted(maps.Keys(all)), ", ")
}

func (c Config) check(section string) error {
	var errs []error
	wrong := func(key, want string, have any) {
		errs = append(errs, fmt.Errorf("configuration key %s.%s: have %v, want %s", section, key, have, want))
	}
	if c.Timeout <= 0 {
		wrong("timeout", "more than 0s", c.Timeout)
	}
	if c.Retries < 0 || c.Retries > 10 {
		wrong("retries", "0 to 10", c.Retries)
	}
	if c.Body <= 0 {
		wrong("body", "more than 0 bytes", c.Body)
	}
	for _, header := range slices.Sorted(maps.Keys(c.Headers)) {
		if !headerPattern.MatchString(header) {
			wrong("headers", "names of headers", fmt.Sprintf("%q", header))
		}
	}
	return errors.Join(errs...)
}
