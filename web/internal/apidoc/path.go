package apidoc

import (
	"fmt"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// pathOf returns a pattern of net/http as OpenAPI writes it: without its host,
// {rest...} as {rest} and without {$}.
func pathOf(pattern string) (string, error) {
	slash := strings.IndexByte(pattern, '/')
	if slash < 0 {
		return "", fmt.Errorf("have pattern %q, want one with a path, as in GET /orders/{id}", pattern)
	}
	segments := strings.Split(pattern[slash:], "/")
	for i, s := range segments {
		name, ok := wildcard(s)
		switch {
		case s == "{$}":
			segments[i] = ""
		case ok:
			segments[i] = "{" + name + "}"
		case strings.ContainsAny(s, "{}"):
			return "", fmt.Errorf("have pattern %q, want wildcards that fill a segment, as in /orders/{id}", pattern)
		}
	}
	return strings.Join(segments, "/"), nil
}

// wildcard returns the name of a segment that is a wildcard.
func wildcard(segment string) (string, bool) {
	name, opened := strings.CutPrefix(segment, "{")
	name, closed := strings.CutSuffix(name, "}")
	name = strings.TrimSuffix(name, "...")
	return name, opened && closed && name != "" && !strings.ContainsAny(name, "{}")
}

func wildcardsOf(path string) (names []string) {
	for s := range strings.SplitSeq(path, "/") {
		if name, ok := wildcard(s); ok {
			names = append(names, name)
		}
	}
	return names
}

// shapeOf is the same for paths that differ in the names of wildcards only.
func shapeOf(path string) string {
	segments := strings.Split(path, "/")
	for i, s := range segments {
		if _, ok := wildcard(s); ok {
			segments[i] = "{}"
		}
	}
	return strings.Join(segments, "/")
}

// renamed returns op with other names for its wildcards.
func renamed(op *huma.Operation, from, to []string) *huma.Operation {
	names := make(map[string]string, len(from))
	for i, name := range from {
		names[name] = to[i]
	}
	copied := *op
	copied.Parameters = make([]*huma.Param, len(op.Parameters))
	for i, p := range op.Parameters {
		changed := *p
		if p.In == "path" {
			changed.Name = names[p.Name]
		}
		copied.Parameters[i] = &changed
	}
	return &copied
}
