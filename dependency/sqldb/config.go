package sqldb

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/enoki-go/enoki/dependency"
)

// Config is the configuration section databases.<name>; the name is that of the
// tag db.
type Config struct {
	// URL is postgres://user:password@host/name (or what else libpq takes as a URL),
	// or sqlite: and the path of a file, relative to the working folder. The path may
	// be left out: then the file is an embedded one in the user's cache folder, of
	// its own for each working folder. That is also what holds where the section
	// databases is missing.
	URL         string
	MaxOpen     int           // connections at once; 10, and always 1 with SQLite, which has one writer
	MaxIdleTime time.Duration // how long a connection is kept that nobody uses; 5 min
	MaxLifetime time.Duration // of any connection; 1 h
	// InboxAge is how long it is remembered that an event was handled; 14 days. It
	// has to be longer than events can be delivered again, which is 7 days.
	InboxAge time.Duration
}

// Defaults returns the configuration that holds where none is given.
func Defaults() Config {
	return Config{
		URL: embeddedURL, MaxOpen: 10, MaxIdleTime: 5 * time.Minute, MaxLifetime: time.Hour,
		InboxAge: 14 * 24 * time.Hour,
	}
}

// namePattern keeps names fit for configuration keys and files.
var namePattern = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// read returns the configuration of a database. One that is missing while there
// are others is a mistake: data must not end in an embedded file by a misspelt
// name.
func read(h dependency.Host, name string) (Config, error) {
	c := Defaults()
	if !namePattern.MatchString(name) {
		return c, fmt.Errorf("tag key db: have %q, want the name of a database: 1 to 64 letters, digits, - or _", name)
	}
	var all map[string]any
	if err := h.Config("databases", &all); err != nil {
		return c, err
	}
	if _, ok := all[name]; !ok && len(all) > 0 {
		names := slices.Sorted(maps.Keys(all))
		return c, fmt.Errorf("database %s has no configuration: want the key databases.%s.url (%q for an embedded one), have databases %s",
			name, name, embeddedURL, strings.Join(names, ", "))
	}
	if err := h.Config("databases."+name, &c); err != nil {
		return c, err
	}
	return c, c.check("databases." + name)
}

func (c Config) check(section string) error {
	var errs []error
	for _, limit := range []struct {
		key  string
		have int64
		show any
	}{
		{"max_open", int64(c.MaxOpen), c.MaxOpen},
		{"max_idle_time", int64(c.MaxIdleTime), c.MaxIdleTime},
		{"max_lifetime", int64(c.MaxLifetime), c.MaxLifetime},
		{"inbox_age", int64(c.InboxAge), c.InboxAge},
	} {
		if limit.have <= 0 {
			errs = append(errs, fmt.Errorf("configuration key %s.%s: have %v, want more than 0", section, limit.key, limit.show))
		}
	}
	return errors.Join(errs...)
}
