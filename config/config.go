// Package config reads what a process is told from outside: YAML files,
// environment, --define.
package config

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/enoki-go/enoki/internal/suggest"
)

// Config is the effective configuration of a process. It does not change after
// Load, and all its methods may be called from several goroutines at once. The
// zero Config is empty and usable.
type Config struct {
	root *node // a mapping, or nil where nothing was configured

	// mu guards asked, the top-level keys that Section was asked for.
	mu    sync.Mutex
	asked map[string]bool
}

// Empty returns a Config without any section: every Section call leaves its
// defaults as they are.
func Empty() *Config { return &Config{} }

// Section decodes the section at path, keys joined by dots such as
// "broker.tls", into what into points to; the empty path is the whole
// configuration.
//
// The value that into points to holds the defaults. A missing section and a
// missing key leave them, and so does a key whose value is null; entries of a
// map are added to the default ones, a list replaces the default list. Default
// maps and pointers are copied before they are changed.
//
// A key of a struct is the name in its `yaml:"name"` tag, else the field's name
// in snake_case; embedded structs and those tagged `yaml:",inline"` lend their
// fields. A time.Duration is written with its unit ("30s"). Types with
// UnmarshalText read themselves from a scalar.
//
// Every unknown key and every wrong type is reported, all at once and with
// file:line:column. What into points to is unspecified after an error.
func (c *Config) Section(path string, into any) error {
	out := reflect.ValueOf(into)
	if out.Kind() != reflect.Pointer || out.IsNil() {
		return fmt.Errorf("decode section %q: have a target of type %T, want a pointer that is not nil", path, into)
	}
	c.ask(path)
	n, err := c.root.find(path)
	if err != nil || n == nil {
		return err
	}
	var d decoder
	d.decode(n, out.Elem(), path)
	return errors.Join(d.errs...)
}

func (c *Config) ask(path string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.asked == nil {
		c.asked = map[string]bool{}
	}
	if path != "" {
		key, _, _ := strings.Cut(path, ".")
		c.asked[key] = true
		return
	}
	for _, e := range c.root.pairs() {
		c.asked[e.key.text] = true
	}
}

// Unused is a top-level key that nobody asked for: misspelt most of the time.
type Unused struct {
	// Key is the key as it was written.
	Key string
	// At is where it was written, in the last source that has it.
	At Position
	// Nearest is the name most like Key that was asked for, or "".
	Nearest string
}

// Unused returns the top-level keys that no Section call has asked for so far,
// in the order of the files. Call it when every part has read its section.
func (c *Config) Unused() []Unused {
	c.mu.Lock()
	defer c.mu.Unlock()
	known := slices.Sorted(maps.Keys(c.asked))
	var unused []Unused
	for _, e := range c.root.pairs() {
		if key := e.key.text; !c.asked[key] {
			unused = append(unused, Unused{key, e.key.at, suggest.Nearest(key, known)})
		}
	}
	return unused
}

// Above returns what c says and, where it says nothing, what below says. Both stay as
// they are.
func (c *Config) Above(below *Config) *Config {
	switch {
	case below == nil || below.root == nil:
		return c
	case c == nil || c.root == nil:
		return below
	}
	return &Config{root: merge(below.root, c.root)}
}
