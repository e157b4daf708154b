// Package contract compares what services declare with what they declared before, and
// says what of it breaks those who use them.
package contract

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/enoki-go/enoki/service"
)

// A Level says whom a change concerns.
type Level string

// Levels, the gravest first.
const (
	Breaking   Level = "breaking"   // somebody who is written for the old one fails, or misses something
	Compatible Level = "compatible" // nobody notices who does not want to
	Info       Level = "info"       // nothing on the wire; people may want to know
)

var gravity = map[Level]int{Breaking: 0, Compatible: 1, Info: 2}

// A Change is one difference.
type Change struct {
	Level Level  `json:"level"`
	Where string `json:"where"` // service and method, event, route or subject
	What  string `json:"what"`
}

// String returns the change on a line.
func (c Change) String() string {
	return fmt.Sprintf("%-10s %s: %s", strings.ToUpper(string(c.Level)), c.Where, c.What)
}

// IsBreaking reports whether a change among all breaks somebody.
func IsBreaking(all []Change) bool {
	return slices.ContainsFunc(all, func(c Change) bool { return c.Level == Breaking })
}

// maxManifest bounds the manifests that are read.
const maxManifest = 64 << 20

// Read reads a manifest, as svc describe and --describe print it. Members that it does
// not know are of a later version, and ignored.
func Read(r io.Reader) (service.Manifest, error) {
	var m service.Manifest
	limited := &io.LimitedReader{R: r, N: maxManifest}
	d := json.NewDecoder(limited)
	if err := d.Decode(&m); err != nil {
		if errors.Is(err, io.EOF) {
			return m, errors.New("have nothing, want a manifest, as svc describe prints it")
		}
		if limited.N == 0 {
			return m, fmt.Errorf("have more than %d bytes, want a manifest", maxManifest)
		}
		return m, fmt.Errorf("%w; want a manifest, as svc describe prints it", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return m, errors.New("have more behind the manifest, want one JSON document")
	}
	return m, check(m)
}

// check refuses what cannot be a manifest.
func check(m service.Manifest) error {
	if m.Services == nil {
		return errors.New(`have no member "services", want a manifest, as svc describe prints it`)
	}
	seen := make(map[string]bool)
	for _, s := range m.Services {
		if s.Name == "" || seen[s.Name] {
			return fmt.Errorf("have a service %q without a name, or twice, want each with a name of its own", s.Name)
		}
		seen[s.Name] = true
	}
	return nil
}

// Diff returns what has changed, the gravest first, then in the order of the services.
func Diff(old, now service.Manifest) []Change {
	var d diff
	for _, s := range old.Services {
		i := slices.IndexFunc(now.Services, func(n service.Declared) bool { return n.Name == s.Name })
		if i < 0 {
			d.add(Breaking, s.Name, "the service is gone")
			continue
		}
		d.service(s, now.Services[i])
	}
	for _, s := range now.Services {
		if !slices.ContainsFunc(old.Services, func(o service.Declared) bool { return o.Name == s.Name }) {
			d.add(Compatible, s.Name, "the service is new")
		}
	}
	slices.SortStableFunc(d.changes, func(a, b Change) int { return cmp.Compare(gravity[a.Level], gravity[b.Level]) })
	return d.changes
}

// diff gathers changes.
type diff struct{ changes []Change }

func (d *diff) add(level Level, where, format string, args ...any) {
	c := Change{level, where, fmt.Sprintf(format, args...)}
	if !slices.Contains(d.changes, c) {
		d.changes = append(d.changes, c)
	}
}

func (d *diff) service(old, now service.Declared) {
	if old.Version != now.Version {
		d.add(Info, old.Name, "version %s is now %s", old.Version, now.Version)
	}
	d.entrypoints(old, now)
	d.emitted(old, now)
}

// within names a field of a value.
func within(what, name string) string {
	before, path, nested := strings.Cut(what, ": field ")
	if !nested {
		return what + ": field " + name
	}
	return before + ": field " + path + "." + name
}
