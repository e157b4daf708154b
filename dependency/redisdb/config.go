package redisdb

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/internal/suggest"
)

// Config is the configuration section redis.<key>; the key is that of the tag redis.
type Config struct {
	// URL is redis://user:password@host:port/number, rediss:// for TLS, or
	// unix:///path?db=number. The section REDIS_URIS may say it instead, under the same
	// key. Where neither does, it is what the environment has as REDIS_URL, and else
	// redis://127.0.0.1:6379/0. Parameters of the URL (?read_timeout=1s) count before the
	// keys below.
	URL string
	// PoolSize is how many connections there are at once, without those of
	// subscriptions; 10 for each CPU.
	PoolSize     int
	PoolTimeout  time.Duration // how long a command waits until one of them is free; 2 s
	DialTimeout  time.Duration // how long connecting may take; 2 s
	WriteTimeout time.Duration // how long sending a command may take; 2 s
	ReadTimeout  time.Duration // how long Redis may take to answer it; 3 s
}

// defaultURL is where Redis is on a developer's machine.
const defaultURL = "redis://127.0.0.1:6379/0"

func defaults() Config {
	return Config{
		PoolSize: 10 * runtime.GOMAXPROCS(0), PoolTimeout: 2 * time.Second,
		DialTimeout: 2 * time.Second, WriteTimeout: 2 * time.Second, ReadTimeout: 3 * time.Second,
	}
}

// settings are the configuration under one key.
type settings struct {
	Config

	key    string
	origin string         // what named the URL, for people
	chosen bool           // somebody named it
	client *redis.Options // what the URL says
}

func (s settings) describe() dependency.Description {
	d := dependency.Description{Kind: "redis", Target: s.key}
	if !s.chosen {
		d.Options = map[string]string{"default": "true"}
	}
	return d
}

// read returns the configuration under a key. One that is missing while there are
// others is a mistake: data must not end in another Redis by a misspelt name.
func read(h dependency.Host, key string) (settings, error) {
	s := settings{Config: defaults(), key: key}
	if !dependency.ValidName(key) {
		return s, fmt.Errorf("tag key redis: have %q, want a key of the configuration: 1 to 64 letters, digits, - or _", key)
	}
	var sections map[string]any
	var urls map[string]string
	if err := errors.Join(h.Config("redis", &sections), h.Config("REDIS_URIS", &urls)); err != nil {
		return s, err
	}
	if err := s.known(sections, urls); err != nil {
		return s, err
	}
	if err := h.Config("redis."+key, &s.Config); err != nil {
		return s, err
	}
	return s, errors.Join(s.choose(urls), s.check())
}

// known returns an error where there are keys, but not this one.
func (s *settings) known(sections map[string]any, urls map[string]string) error {
	keys := slices.Sorted(maps.Keys(sections))
	keys = slices.AppendSeq(keys, maps.Keys(urls))
	slices.Sort(keys)
	keys = slices.Compact(keys)
	if len(keys) == 0 || slices.Contains(keys, s.key) {
		return nil
	}
	text := fmt.Sprintf("redis %s has no configuration: want the key redis.%s.url (%q for one on this machine) or REDIS_URIS.%s, have keys %s",
		s.key, s.key, defaultURL, s.key, strings.Join(keys, ", "))
	if hint := suggest.Hint(s.key, keys); hint != "" {
		text += "; " + hint
	}
	return errors.New(text)
}

// choose finds the URL and what it says.
func (s *settings) choose(urls map[string]string) (err error) {
	listed, found := urls[s.key]
	environment := os.Getenv("REDIS_URL")
	switch {
	case found && s.URL != "":
		return fmt.Errorf("configuration keys redis.%s.url and REDIS_URIS.%s: have a URL in both, want one of them", s.key, s.key)
	case found:
		s.URL, s.origin, s.chosen = listed, "configuration key REDIS_URIS."+s.key, true
	case s.URL != "":
		s.origin, s.chosen = "configuration key redis."+s.key+".url", true
	case environment != "":
		s.URL, s.origin, s.chosen = environment, "environment variable REDIS_URL", true
	default:
		s.URL, s.origin = defaultURL, "configuration key redis."+s.key+".url"
	}
	if s.client, err = parse(s.URL); err != nil {
		return fmt.Errorf("%s: %w", s.origin, err)
	}
	return nil
}

const wantURL = "want redis://user:password@host:port/number, rediss:// for TLS, or unix:///path?db=number"

// parse reads a URL. What it says of one that it cannot read holds nothing of the
// places where a password may be, or may have ended by mistake.
func parse(text string) (*redis.Options, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil || strings.Contains(u.Path+u.RawQuery+u.Fragment, "@"):
		return nil, errors.New("have a URL that cannot be read (signs such as / ? # @ in a password are written as %2F %3F %23 %40); " + wantURL)
	case u.Scheme == "":
		return nil, errors.New("have a URL without a scheme; " + wantURL)
	case !slices.Contains([]string{"redis", "rediss", "unix"}, u.Scheme):
		return nil, fmt.Errorf("have a URL that begins with %.12q; %s", u.Scheme, wantURL)
	}
	client, err := redis.ParseURL(text)
	if err != nil {
		return nil, fmt.Errorf("have a URL with a mistake: %s; %s", strings.TrimPrefix(err.Error(), "redis: "), wantURL)
	}
	return client, nil
}

func (s *settings) check() error {
	var errs []error
	for _, limit := range []struct {
		key  string
		have int64
		show any
	}{
		{"pool_size", int64(s.PoolSize), s.PoolSize},
		{"pool_timeout", int64(s.PoolTimeout), s.PoolTimeout},
		{"dial_timeout", int64(s.DialTimeout), s.DialTimeout},
		{"write_timeout", int64(s.WriteTimeout), s.WriteTimeout},
		{"read_timeout", int64(s.ReadTimeout), s.ReadTimeout},
	} {
		if limit.have <= 0 {
			errs = append(errs, fmt.Errorf("configuration key redis.%s.%s: have %v, want more than 0", s.key, limit.key, limit.show))
		}
	}
	return errors.Join(errs...)
}
