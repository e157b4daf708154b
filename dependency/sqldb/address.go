package sqldb

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/internal/suggest"
)

// unset stands for a URL that the section of a database does not have.
const unset = "unset:"

// urisSection is where Nameko has the URLs of databases.
const urisSection = "DB_URIS"

// addressBook is what is configured of all databases, as one service sees it.
type addressBook struct {
	service  string
	sections map[string]any    // by name
	uris     map[string]string // by <service>:<name> or <name>
}

func addresses(h dependency.Host) (addressBook, error) {
	b := addressBook{service: h.Service()}
	if err := h.Config("databases", &b.sections); err != nil {
		return b, err
	}
	return b, h.Config(urisSection, &b.uris)
}

// uri returns the key in DB_URIS that holds for a database, and its URL.
func (b addressBook) uri(name string) (key, url string, ok bool) {
	for _, key := range []string{b.service + ":" + name, name} {
		if url, ok := b.uris[key]; ok {
			return fmt.Sprintf("%s %q", urisSection, key), url, true
		}
	}
	return "", "", false
}

// check refuses a name that is in neither section while others are.
func (b addressBook) check(name string) error {
	_, inSection := b.sections[name]
	_, _, inURIs := b.uri(name)
	if inSection || inURIs || len(b.sections)+len(b.uris) == 0 {
		return nil
	}
	var have []string
	if len(b.sections) > 0 {
		have = append(have, "databases "+strings.Join(slices.Sorted(maps.Keys(b.sections)), ", "))
	}
	if len(b.uris) > 0 {
		have = append(have, urisSection+" "+strings.Join(slices.Sorted(maps.Keys(b.uris)), ", "))
	}
	return fmt.Errorf("database %s has no configuration: want the key databases.%s.url (%q for an embedded one) or %s, have %s%s",
		name, name, embeddedURL, urisSection, strings.Join(have, " and "), b.hint(name))
}

// hint names the key that was most likely meant to be the database.
func (b addressBook) hint(name string) string {
	keys := slices.AppendSeq(slices.Collect(maps.Keys(b.sections)), maps.Keys(b.uris))
	for _, text := range []string{suggest.Hint(name, keys), suggest.Hint(b.service+":"+name, keys)} {
		if text != "" {
			return "; " + text
		}
	}
	return ""
}

// address completes the section of a database with its URL.
func (b addressBook) address(name string, c Config) (settings, error) {
	s := settings{c, "databases." + name + ".url"}
	key, url, ok := b.uri(name)
	switch {
	case ok && c.URL != unset:
		return s, fmt.Errorf("database %s has two addresses: have the configuration keys %s and %s, want one of them", name, s.urlKey, key)
	case ok:
		s.URL, s.urlKey = url, key
	case c.URL == unset:
		s.URL = embeddedURL
	}
	return s, nil
}
