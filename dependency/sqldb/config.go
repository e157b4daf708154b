package sqldb

import (
	"errors"
	"fmt"
	"time"

	"github.com/enoki-go/enoki/dependency"
)

// Config is the configuration section databases.<name>; the name is that of the
// tag db.
type Config struct {
	// URL is postgres://user:password@host/name (or what else libpq takes as a URL),
	// or sqlite: and the path of a file, relative to the working folder. The path may
	// be left out: then the file is an embedded one in the user's cache folder, of
	// its own for each working folder. That is also what holds where no database is
	// configured at all.
	//
	// What SQLAlchemy writes means the same here: sqlite:///file is relative,
	// sqlite:////folder/file absolute.
	//
	// Instead the URL may be an entry of the section DB_URIS, whose keys are
	// <service>:<name>, or <name> for services without an entry of their own.
	URL string
	// MaxOpen is how many connections there are at once; 25, and always 1 with SQLite,
	// which has one writer. Where calls have units of work it has to exceed the number
	// of calls at once, over all services of the process that share the database: else
	// each may hold the connection of its session while it waits for that of its unit.
	MaxOpen     int
	MaxIdleTime time.Duration // how long a connection is kept that nobody uses; 5 min
	MaxLifetime time.Duration // of any connection; 1 h
	// MaxWait is how long a call waits until its transaction has begun: for a
	// connection that is free, and for a server that answers; 5 s. With SQLite it
	// waits three quarters of it for other processes with the same file.
	MaxWait time.Duration
	// MaxSilence is how long PostgreSQL may leave a statement without a word; 5 s.
	// Then it is asked by way of another connection whether it is there, and if it
	// does not answer that within the same time the connection is given up. A
	// statement may take as long as it wants on a server that answers.
	MaxSilence time.Duration
	// InboxAge is how long it is remembered that an event was handled; 14 days. It
	// has to be longer than events can be delivered again, which is 7 days.
	InboxAge time.Duration
}

// Defaults returns the configuration that holds where none is given.
func Defaults() Config {
	return Config{
		URL: embeddedURL, MaxOpen: 25, MaxIdleTime: 5 * time.Minute, MaxLifetime: time.Hour,
		MaxWait: 5 * time.Second, MaxSilence: 5 * time.Second, InboxAge: 14 * 24 * time.Hour,
	}
}

// settings are what is configured for one database, and where.
type settings struct {
	Config
	urlKey string // the configuration key that has the URL, or would
}

// read returns the configuration of a database. One that is missing while there
// are others is a mistake: data must not end in an embedded file by a misspelt
// name.
func read(h dependency.Host, name string) (settings, error) {
	if !dependency.ValidName(name) {
		return settings{}, fmt.Errorf("tag key db: have %q, want the name of a database: 1 to 64 letters, digits, - or _", name)
	}
	known, err := addresses(h)
	if err != nil {
		return settings{}, err
	}
	if err := known.check(name); err != nil {
		return settings{}, err
	}
	section := "databases." + name
	c := Defaults()
	c.URL = unset
	if err := h.Config(section, &c); err != nil {
		return settings{}, err
	}
	s, err := known.address(name, c)
	return s, errors.Join(err, c.check(section))
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
		{"max_wait", int64(c.MaxWait), c.MaxWait},
		{"max_silence", int64(c.MaxSilence), c.MaxSilence},
		{"inbox_age", int64(c.InboxAge), c.InboxAge},
	} {
		if limit.have <= 0 {
			errs = append(errs, fmt.Errorf("configuration key %s.%s: have %v, want more than 0", section, limit.key, limit.show))
		}
	}
	return errors.Join(errs...)
}
