// Package apispec finds the OpenAPI document of what services serve by HTTP.
package apispec

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/enoki-go/enoki/service"
)

// format is the name of the document in a manifest.
const format = "openapi"

// A NoneError says that there is no document, and what there is.
type NoneError struct{ Text string }

func (e *NoneError) Error() string { return e.Text }

// ErrSeveral says that several programs have a document each.
var ErrSeveral = errors.New("several programs serve HTTP, each with a document of its own")

// Of returns the document of programs, of which one may serve HTTP.
func Of(manifests []service.Manifest) (json.RawMessage, error) {
	var found []service.Manifest
	for _, m := range manifests {
		if m.Documents[format] != nil {
			found = append(found, m)
		}
	}
	switch len(found) {
	case 0:
		return nil, &NoneError{"no service there has HTTP routes (web.Route); have " + entrypointsOf(manifests)}
	case 1:
		return found[0].Documents[format], nil
	}
	names := make([]string, len(found))
	for i, m := range found {
		names[i] = strings.Join(servicesOf(m), " with ")
	}
	return nil, fmt.Errorf("%w: those of %s; name the targets of one", ErrSeveral, strings.Join(names, ", and of "))
}

func servicesOf(m service.Manifest) (names []string) {
	for _, s := range m.Services {
		names = append(names, s.Name)
	}
	return names
}

// shown is how many services a message tells of.
const shown = 12

// entrypointsOf says how the services are reached instead.
func entrypointsOf(manifests []service.Manifest) string {
	var all []string
	for _, m := range manifests {
		for _, s := range m.Services {
			all = append(all, s.Name+" ("+kindsOf(s)+")")
		}
	}
	if len(all) > shown {
		all = append(all[:shown], fmt.Sprintf("and %d more", len(all)-shown))
	}
	return strings.Join(all, ", ")
}

// kindsOf counts entrypoints by kind, in the order of the first.
func kindsOf(s service.Declared) string {
	count := map[string]int{}
	var kinds []string
	for _, e := range s.Entrypoints {
		if count[e.Kind] == 0 {
			kinds = append(kinds, e.Kind)
		}
		count[e.Kind]++
	}
	for i, kind := range kinds {
		kinds[i] = fmt.Sprintf("%s %d", kind, count[kind])
	}
	return strings.Join(kinds, ", ")
}

var oldBooleans = []string{"y", "yes", "on", "n", "no", "off"}

// YAML returns a JSON document as YAML, with its keys in the same order.
func YAML(text json.RawMessage) ([]byte, error) {
	var root yaml.Node
	if err := yaml.Unmarshal(text, &root); err != nil {
		return nil, fmt.Errorf("write as YAML: %w", err)
	}
	relax(&root)
	return yaml.Marshal(&root)
}

// relax forgets the braces and quotes of JSON; those that YAML needs come back, except
// around words that were booleans before YAML 1.2, as which many still read them.
func relax(n *yaml.Node) {
	old := n.Tag == "!!str" && slices.Contains(oldBooleans, strings.ToLower(n.Value))
	if n.Style = 0; old {
		n.Style = yaml.DoubleQuotedStyle
	}
	for _, c := range n.Content {
		relax(c)
	}
}
