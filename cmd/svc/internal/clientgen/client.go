// Package clientgen writes typed clients of services from the schemas of their methods.
package clientgen

import (
	"cmp"
	"encoding/json"
	"fmt"
	"go/format"
	"slices"
	"strings"
	"unicode"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/cmd/svc/internal/present"
	"github.com/enoki-go/enoki/entrypoint"
)

// A Service is what a client is generated from.
type Service struct {
	Name    string // on the wire
	Source  string // where this was found, one line for the header
	Live    bool   // it was asked, so doc comments are not known
	Methods []Method
	Events  []Event
	Docs    Docs // of its source
}

// A Method is one that can be called.
type Method struct {
	Name      string   // on the wire
	Doc       string   // its doc comment, "" where it is not known
	Params    []string // names of the parameters, where they have names
	Input     json.RawMessage
	Output    json.RawMessage
	Sensitive []string // paths of what must not be shown
}

// An Event is one that the service emits.
type Event struct {
	Name    string
	Payload json.RawMessage
}

// Generate writes the one file of a package with a client of s: types for what its
// methods take and answer and its events carry, and a struct of funcs that embeds
// rpc.Client. The same service gives the same bytes.
//
// A service without methods and events is a *NothingError.
func Generate(s Service, pkg string) ([]byte, error) {
	if err := check(s); err != nil {
		return nil, err
	}
	slices.SortStableFunc(s.Methods, func(a, b Method) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortStableFunc(s.Events, func(a, b Event) int { return cmp.Compare(a.Name, b.Name) })
	t := newTyper(s.Docs, "Client")
	funcs, err := t.funcs(s.Methods)
	if err != nil {
		return nil, fmt.Errorf("service %s: %w", s.Name, err)
	}
	events, err := t.events(s.Events)
	if err != nil {
		return nil, fmt.Errorf("service %s: %w", s.Name, err)
	}
	var b strings.Builder
	b.WriteString(header(s, pkg, events))
	b.WriteString(t.importBlock(len(funcs) > 0, len(s.Docs.errors) > 0))
	if len(funcs) > 0 {
		b.WriteString(client(s.Name, pkg, funcs))
	}
	b.WriteString(errorVariables(s.Docs.errors))
	b.WriteString(t.text(s.Name))
	text, err := format.Source([]byte(b.String()))
	if err != nil {
		return nil, fmt.Errorf("service %s: what was generated is no Go, which is a mistake of svc: %w", s.Name, err)
	}
	return text, nil
}

// A NothingError says that a service has nothing to generate a client from.
type NothingError struct{ Service string }

func (e *NothingError) Error() string {
	return "the service " + e.Service + " has no methods that are called (rpc.Method), and emits no events of its own"
}

// check refuses what could write more into the file than names.
func check(s Service) error {
	if !broker.ValidName(s.Name) {
		return fmt.Errorf("have service %.100q, want 1 to 64 letters, digits, - or _", s.Name)
	}
	for _, m := range s.Methods {
		if !broker.ValidName(m.Name) {
			return fmt.Errorf("service %s: have method %.100q, want 1 to 64 letters, digits, - or _", s.Name, m.Name)
		}
	}
	if len(s.Methods)+len(s.Events) == 0 {
		return &NothingError{s.Name}
	}
	return nil
}

func client(service, pkg string, funcs []string) string {
	return fmt.Sprintf(`// Client calls the service %[1]s. A field of this type in a service struct is filled;
// elsewhere it is filled by what rpc.Dial returns:
//
//	var c %[2]s.Client
//	err := caller.Fill(&c)
type Client struct {
	rpc.Client `+"`service:\"%[1]s\"`"+`

%[3]s}

`, service, pkg, strings.Join(funcs, "\n"))
}

// funcs writes the fields of the client.
func (t *typer) funcs(methods []Method) ([]string, error) {
	var all []string
	// What rpc.Client has under these names must be seen through the struct.
	taken := namer{"Client": true, "Provide": true}
	for _, m := range methods {
		text, err := t.function(m, taken.free(exported(m.Name)))
		if err != nil {
			return nil, fmt.Errorf("method %s: %w", present.Safe(m.Name), err)
		}
		all = append(all, text)
	}
	return all, nil
}

func (t *typer) function(m Method, name string) (string, error) {
	in, err := t.parameters(m, name)
	if err != nil {
		return "", fmt.Errorf("arguments: %w", err)
	}
	out, err := t.results(m, name)
	if err != nil {
		return "", fmt.Errorf("result: %w", err)
	}
	text := comment(m.Doc)
	if len(m.Sensitive) > 0 {
		if text != "" {
			text += "//\n"
		}
		text += comment("Not to be shown, in logs for instance: " + strings.Join(m.Sensitive, ", ") + ".")
	}
	text += fmt.Sprintf("%s func(%s) %s", name, strings.Join(in, ", "), out)
	if entrypoint.WireName(name) != m.Name {
		text += fmt.Sprintf(" `rpc:\"%s\"`", m.Name)
	}
	return text + "\n", nil
}

// parameters writes those of a func, the context first.
func (t *typer) parameters(m Method, name string) ([]string, error) {
	all := []string{"ctx context.Context"}
	root, err := parse(m.Input)
	if err != nil || root == nil {
		return all, err
	}
	d, taken := t.document(root), namer{}
	for i, one := range arguments(root, m.Params) {
		// A struct that has no name of its own gets one from the method.
		text, err := d.of(one.node, name+exported(cmp.Or(one.key, "input")))
		if err != nil {
			return nil, err
		}
		called := one.key
		if called == "" {
			called = nameless(text, i)
		}
		all = append(all, taken.free(local(called))+" "+text)
	}
	return all, nil
}

// arguments splits the schema of a call into those of its arguments.
func arguments(root *node, names []string) []property {
	if len(root.prefix) == 0 || !root.has("array") {
		one := property{node: root}
		if len(names) == 1 {
			one.key = names[0]
		}
		return []property{one}
	}
	all := make([]property, len(root.prefix))
	for i, one := range root.prefix {
		all[i] = property{node: one}
		if key, ok := strings.CutPrefix(one.ref, "#/properties/"); ok {
			all[i] = property{key, root.property(key, one)}
		}
	}
	return all
}

// property returns the schema of a property, other where there is none.
func (n *node) property(key string, other *node) *node {
	for _, p := range n.properties {
		if p.key == key {
			return p.node
		}
	}
	return other
}

// nameless names a parameter by its type, or by its place.
func nameless(text string, i int) string {
	if base := strings.TrimLeft(text, "*[]"); base != "" && unicode.IsUpper([]rune(base)[0]) && i == 0 {
		return "in"
	}
	return fmt.Sprintf("arg%d", i+1)
}

// results writes those of a func, the error last.
func (t *typer) results(m Method, name string) (string, error) {
	root, err := parse(m.Output)
	if err != nil || root == nil {
		return "error", err
	}
	each := []*node{root}
	if len(root.prefix) > 0 && root.is("array") {
		each = root.prefix
	}
	d := t.document(root)
	all := make([]string, len(each))
	for i, one := range each {
		if all[i], err = d.of(one, name+"Result"); err != nil {
			return "", err
		}
	}
	return "(" + strings.Join(all, ", ") + ", error)", nil
}

// events makes the types of payloads, and returns a line about each event.
func (t *typer) events(events []Event) ([]string, error) {
	var lines []string
	for _, e := range events {
		root, err := parse(e.Payload)
		text := "any"
		if err == nil && root != nil {
			text, err = t.document(root).of(root, e.Name)
		}
		if err != nil {
			return nil, fmt.Errorf("event %s: %w", present.Safe(e.Name), err)
		}
		lines = append(lines, present.Safe(e.Name)+"  "+text)
	}
	return lines, nil
}
