package entrypoint

import (
	"slices"
	"strings"
)

// Hidden is what stands for a value that must not be shown.
const Hidden = "[redacted]"

// Sensitive is a place in the parameters of a method whose values appear in no log, no
// trace and no error text: what a marker names with its key sensitive.
type Sensitive struct {
	Path  string     // as the marker has it
	Param int        // which parameter
	Steps [][]string // the names on the wire, of each field on the way, none for every key of a map; no steps for the parameter itself
}

// SensitivePaths returns what the marker names as sensitive.
func (m *Method) SensitivePaths() []string {
	var paths []string
	for _, s := range m.Sensitive {
		if !slices.Contains(paths, s.Path) {
			paths = append(paths, s.Path)
		}
	}
	return paths
}

// Hide says what of a place in a parameter may be shown. The path is that of a field,
// "address.zip" or "items[2].name", "" for the parameter itself, and -1 stands for all
// parameters. hidden means that what
// stands there is sensitive, is part of it, or holds it; shown is then as much of the
// path as leads there.
func (m *Method) Hide(param int, path string) (shown string, hidden bool) {
	for _, s := range m.Sensitive {
		if s.Param != param && param >= 0 {
			continue
		}
		if n, met := s.meets(path); met {
			return path[:n], true
		}
	}
	return path, false
}

// HideNamed is Hide for a path that begins with the name of a parameter, where the
// parameters have names; else it is that of a field of the only one.
func (m *Method) HideNamed(path string) (shown string, hidden bool) {
	if len(m.Params) == 0 {
		return m.Hide(0, path)
	}
	name, rest := cutStep(path)
	i := slices.IndexFunc(m.Params, func(p string) bool { return strings.EqualFold(p, name) })
	if i < 0 {
		return path, len(m.Sensitive) > 0 && path == ""
	}
	shown, hidden = m.Hide(i, rest)
	return path[:len(path)-len(rest)+len(shown)], hidden
}

// meets reports whether path leads to s, into it or towards it, and how much of path
// leads there at the most.
func (s Sensitive) meets(path string) (n int, met bool) {
	rest, met := follow(s.Steps, path)
	return len(path) - len(rest), met
}

// follow returns what is left of a path behind the steps. Behind any key all is met: a
// key may have dots in it, and then nobody knows where it ends.
func follow(steps [][]string, path string) (rest string, met bool) {
	name, after := cutStep(path)
	switch {
	case len(steps) == 0, name == "":
		return path, true
	case !named(steps[0], name):
		return path, false
	case len(steps[0]) > 0:
		return follow(steps[1:], after)
	}
	if rest, met = follow(steps[1:], after); met {
		return rest, true
	}
	return "", true
}

// cutStep returns the first name of a path without indexes, and what follows it.
func cutStep(path string) (name, rest string) {
	for strings.HasPrefix(path, "[") {
		_, path, _ = strings.Cut(path, "]")
	}
	path = strings.TrimPrefix(path, ".")
	end := strings.IndexAny(path, ".[")
	if end < 0 {
		return path, ""
	}
	return path[:end], path[end:]
}
