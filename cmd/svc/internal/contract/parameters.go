package contract

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/enoki-go/enoki/service"
)

// parameters compares what an entrypoint takes.
func (d *diff) parameters(where string, old, now service.DeclaredEntrypoint) {
	if len(old.Params) < 2 && len(now.Params) < 2 {
		d.only(where, old, now)
		return
	}
	if old.Params == nil || now.Params == nil {
		d.add(Breaking, where, "the parameters were %s and are %s", listed(old.Params), listed(now.Params))
		return
	}
	before, after := fieldsOf(old), fieldsOf(now)
	d.gone(where, old.Params, now.Params)
	for i, name := range now.Params {
		if !slices.Contains(old.Params, name) {
			d.extra(where, name, after.required(name), i < len(old.Params) && slices.Contains(old.Params, now.Params[len(now.Params)-1]))
			continue
		}
		d.compare(where, parameter(name), input, before.of(name), after.of(name))
		switch {
		case !before.required(name) && after.required(name):
			d.add(Breaking, where, "%s could be left out and is now required", parameter(name))
		case before.required(name) && !after.required(name):
			d.add(Compatible, where, "%s was required and can now be left out", parameter(name))
		}
	}
	d.order(where, old.Params, now.Params)
}

func parameter(name string) string { return `parameter "` + name + `"` }

func listed(params []string) string {
	text, _ := json.Marshal(params) // cannot fail: strings
	if params == nil {
		return "not named"
	}
	return string(text)
}

// only compares entrypoints that take one value, or none.
func (d *diff) only(where string, old, now service.DeclaredEntrypoint) {
	switch o, n := len(old.Params) == 1, len(now.Params) == 1; {
	case o && n && old.Params[0] != now.Params[0]:
		d.add(Breaking, where, "%s is now %s: callers by name are refused", parameter(old.Params[0]), parameter(now.Params[0]))
	case o && !n && now.Input == nil:
		d.add(Breaking, where, "%s is gone", parameter(old.Params[0]))
		return
	case o && !n:
		d.add(Breaking, where, "%s has no name any more: callers by name are refused", parameter(old.Params[0]))
	case !o && n && old.Input != nil:
		d.add(Compatible, where, "the parameter has a name now, %q", now.Params[0])
	}
	d.schema(where, what(now), input, old.Input, now.Input)
}

func what(e service.DeclaredEntrypoint) string {
	switch {
	case e.Kind == "event":
		return "the payload"
	case e.Kind == "http":
		return "the request"
	case len(e.Params) == 1:
		return parameter(e.Params[0])
	default:
		return "the parameter"
	}
}

// gone tells of parameters that are no longer there.
func (d *diff) gone(where string, old, now []string) {
	for i, name := range old {
		if slices.Contains(now, name) {
			continue
		}
		if i < len(now) && len(now) == len(old) && !slices.Contains(old, now[i]) {
			d.add(Breaking, where, "%s is gone; was it renamed to %q? Callers by name are refused", parameter(name), now[i])
			continue
		}
		d.add(Breaking, where, "%s is gone", parameter(name))
	}
}

// extra tells of one that is new.
func (d *diff) extra(where, name string, required, between bool) {
	switch {
	case required:
		d.add(Breaking, where, "%s is new and required", parameter(name))
	case between:
		d.add(Breaking, where, "%s is new and stands before others: callers by position give it another's value", parameter(name))
	default:
		d.add(Compatible, where, "%s is new and can be left out", parameter(name))
	}
}

// order tells where those that stay have changed their places.
func (d *diff) order(where string, old, now []string) {
	kept := func(all, other []string) []string {
		return slices.DeleteFunc(slices.Clone(all), func(n string) bool { return !slices.Contains(other, n) })
	}
	if a, b := kept(old, now), kept(now, old); !slices.Equal(a, b) {
		d.add(Breaking, where, "the parameters were in the order %s and are in the order %s: callers by position give one the value of another", listed(a), listed(b))
	}
}

// fields are several parameters in one schema.
type fields struct {
	root       any
	properties map[string]any
	must       []any
}

func fieldsOf(e service.DeclaredEntrypoint) fields {
	root := parse(e.Input)
	s, _ := root.(map[string]any)
	properties, _ := s["properties"].(map[string]any)
	must, _ := s["required"].([]any)
	if len(e.Params) == 1 { // its schema is that of the whole body, with its name as title
		root = maps.Clone(s)
		delete(root.(map[string]any), "title")
		return fields{root, map[string]any{e.Params[0]: root}, []any{e.Params[0]}}
	}
	return fields{root, properties, must}
}

func (f fields) required(name string) bool { return slices.Contains(f.must, any(name)) }

func (f fields) of(name string) node { return node{root: f.root, value: f.properties[name]} }
