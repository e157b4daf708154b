package main

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/config"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/events"
)

// discreetPayload is showPayload without what stands at the paths of fields, "*" for all
// of it. Where there are paths, what cannot be read is not shown either.
func discreetPayload(r events.Raw, paths []string) shownPayload {
	p := showPayload(r)
	if len(paths) == 0 || len(r.Body) == 0 {
		return p
	}
	hidden := shownPayload{Payload: json.RawMessage(`"` + entrypoint.Hidden + `"`)}
	decoder := json.NewDecoder(bytes.NewReader(p.Payload))
	decoder.UseNumber()
	var tree any
	if p.Body != nil || slices.Contains(paths, "*") || decoder.Decode(&tree) != nil {
		return hidden
	}
	for _, path := range paths {
		tree = withoutField(tree, strings.Split(path, "."))
	}
	text, err := encodeJSON(tree)
	if err != nil {
		return hidden
	}
	return shownPayload{Payload: text}
}

// withoutField returns a tree without what stands at a path, in each element of lists.
func withoutField(tree any, path []string) any {
	if len(path) == 0 {
		return entrypoint.Hidden
	}
	switch tree := tree.(type) {
	case []any:
		for i := range tree {
			tree[i] = withoutField(tree[i], path)
		}
		return tree
	case map[string]any:
		for name := range tree {
			if strings.EqualFold(name, path[0]) {
				tree[name] = withoutField(tree[name], path[1:])
			}
		}
		return tree
	default:
		return entrypoint.Hidden // no handler could read it: who knows what it is
	}
}

// discreetData is context data without values whose keys are those of secrets.
func discreetData(data map[string]string) map[string]string {
	quiet := maps.Clone(data)
	for key := range quiet {
		if config.Secret(key) {
			quiet[key] = entrypoint.Hidden
		}
	}
	return quiet
}

// sensitivity knows what of the events the handlers that are running keep secret.
type sensitivity struct {
	conn  *broker.Conn
	known map[string][]string // paths by "source.type"
}

// of returns the paths of an event. It asks the handlers when an event is first seen.
func (s *sensitivity) of(ctx context.Context, event string) []string {
	paths, known := s.known[event]
	if !known {
		paths = s.ask(ctx, event)
		s.known[event] = paths
	}
	return paths
}

func (s *sensitivity) ask(ctx context.Context, event string) (paths []string) {
	found, err := s.conn.Discover(ctx, "")
	if err != nil {
		return []string{"*"}
	}
	for _, info := range found {
		for _, e := range info.Endpoints {
			sensitive := e.Metadata[events.MetadataSensitive]
			if sensitive != "" && broker.Matches(e.Metadata["source"]+"."+e.Metadata["event"], event) {
				paths = append(paths, strings.Split(sensitive, ",")...)
			}
		}
	}
	return paths
}
