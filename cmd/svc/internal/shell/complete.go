package shell

import (
	"regexp"
	"slices"
	"strings"

	"go.starlark.net/starlark"

	"github.com/enoki-go/enoki/cmd/svc/internal/complete"
)

// keywords are the words of Starlark that are no values.
var keywords = []string{"and", "break", "continue", "def", "elif", "else", "for", "if", "in", "lambda", "not", "or", "pass", "return", "while"}

// Complete returns what may stand from start on, in place of the rest of a line that
// somebody has typed up to the cursor: variables, services that are running, their
// methods and parameters, keys, events. It runs no code, and waits for
// complete.Patience at the most.
func (s *Session) Complete(line string) (start int, texts []string) {
	p, ok := locate(line)
	if !ok {
		return len(line), nil
	}
	switch {
	case p.link == '.':
		return s.parts(p)
	case p.link == '[':
		texts = quoted(s.items(p.of), p.quote, `]`)
	case p.quote != 0:
		texts = quoted(s.events(p), p.quote, "")
	default:
		texts = s.words(p)
	}
	return p.start, beginning(p.word, texts)
}

// beginning returns the texts that begin with a word, sorted.
func beginning(word string, texts []string) []string {
	texts = slices.DeleteFunc(texts, func(text string) bool { return !strings.HasPrefix(text, word) })
	slices.Sort(texts)
	return slices.Compact(texts)
}

// resolve returns the value of a path; nil where it has none before it runs.
func (s *Session) resolve(steps []step) starlark.Value {
	if len(steps) == 0 {
		return nil
	}
	v := s.globals[steps[0].name]
	for _, next := range steps[1:] {
		var err error
		if m, ok := v.(starlark.Mapping); ok && next.item {
			v, _, err = m.Get(starlark.String(next.name))
		} else if m, ok := v.(starlark.HasAttrs); ok && !next.item {
			v, err = m.Attr(next.name)
		} else {
			return nil
		}
		if err != nil || v == nil {
			return nil
		}
	}
	return v
}

// parts returns what may follow a dot, and from where on.
func (s *Session) parts(p place) (start int, texts []string) {
	switch v := s.resolve(p.of).(type) {
	case cluster, service:
		return s.live(v, p)
	case starlark.HasAttrs:
		for _, name := range v.AttrNames() {
			if part, err := v.Attr(name); err == nil && part != nil {
				texts = append(texts, typed(name, part))
			}
		}
	}
	return p.start, beginning(p.word, texts)
}

// typed returns how somebody goes on to type the name of a value.
func typed(name string, v starlark.Value) string {
	switch v.(type) {
	case root, cluster, service:
		return name + "."
	case *starlark.Builtin, *starlark.Function:
		return name + "("
	default:
		return name
	}
}

// plain are the names that may follow a dot.
var plain = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// live returns the services, or the methods of one, that may follow a dot; those whose
// name may not, in brackets instead of the dot, where nothing else fits. A method whose
// name is complete is shown with the ways to call it.
func (s *Session) live(v starlark.Value, p place) (start int, texts []string) {
	var odd []string
	for _, name := range beginning(p.word, s.names(v)) {
		if plain.MatchString(name) {
			texts = append(texts, name)
		} else {
			odd = append(odd, `["`+name+`"]`)
		}
	}
	one, _ := v.(service)
	switch {
	case len(texts) == 0: // the bracket takes the place of the dot
		return p.at, odd
	case one.name == "":
		for i := range texts {
			texts[i] += "."
		}
	case texts[0] == p.word:
		m, _ := s.directory.Method(one.name, p.word)
		texts = append([]string{open(p.word, m), p.word + ".call_async(", p.word + ".try_call("}, texts[1:]...)
	}
	return p.start, texts
}

// open returns the beginning of a call, or all of it where there is nothing to give.
func open(name string, m complete.Method) string {
	if !m.Takes {
		return name + "()"
	}
	return name + "("
}

// names returns the names of the services that have methods, or of the methods of one.
func (s *Session) names(v starlark.Value) []string {
	if one, ok := v.(service); ok {
		return methodsOf(s.directory.Services(), one.name)
	}
	return callable(s.directory.Services())
}

// items returns the keys of what a path leads to.
func (s *Session) items(of []step) []string {
	switch v := s.resolve(of).(type) {
	case cluster, service:
		return s.names(v)
	case *starlark.Dict:
		var keys []string
		for _, key := range v.Keys() {
			if text, ok := starlark.AsString(key); ok {
				keys = append(keys, text)
			}
		}
		return keys
	default:
		return nil
	}
}

// simple is what can be typed within quotes as it is.
var simple = regexp.MustCompile(`^[\w .:/-]+$`)

// quoted closes the quotes behind texts.
func quoted(texts []string, quote byte, then string) []string {
	var all []string
	for _, text := range texts {
		if simple.MatchString(text) {
			all = append(all, text+string(quote)+then)
		}
	}
	return all
}

// words returns what may stand for itself: parameters of the method that is called,
// events, and names of values.
func (s *Session) words(p place) []string {
	var special []string
	if p.first {
		special = s.arguments(p)
	}
	if special != nil && p.word == "" {
		return special
	}
	return append(special, s.values()...)
}

func (s *Session) values() []string {
	all := slices.Clone(keywords)
	for name, v := range s.globals {
		if plain.MatchString(name) {
			all = append(all, typed(name, v))
		}
	}
	for name, v := range starlark.Universe {
		if !s.globals.Has(name) {
			all = append(all, typed(name, v))
		}
	}
	return all
}

// arguments returns what may begin an argument of the call: the parameters that are
// not given yet, unless arguments are given by position; or what an event is called.
func (s *Session) arguments(p place) []string {
	callee := s.resolve(p.call)
	b, isBuiltin := callee.(*starlark.Builtin)
	if isBuiltin && b.Name() == dispatchName {
		var all []string
		for _, text := range s.events(p) {
			all = append(all, `"`+text+`"`)
		}
		return all
	}
	if isBuiltin {
		callee = b.Receiver()
	}
	m, ok := callee.(method)
	if !ok {
		return nil
	}
	var given []string
	for _, a := range p.given {
		if a.name == "" {
			return nil
		}
		given = append(given, a.name)
	}
	return complete.Texts(s.directory.Params(m.target, given))
}

// events returns the sources, or the types of one, that an argument of dispatch_event
// may be.
func (s *Session) events(p place) []string {
	b, ok := s.resolve(p.call).(*starlark.Builtin)
	if !ok || b.Name() != dispatchName || !p.first && p.name == "" {
		return nil
	}
	wanted, source := p.name, ""
	if i := len(p.given); wanted == "" && i < len(dispatchParams) {
		wanted = dispatchParams[i]
	}
	for i, a := range p.given {
		if a.name == dispatchParams[0] || a.name == "" && i == 0 {
			source = a.text
		}
	}
	var all []string
	for _, event := range s.directory.Events() {
		switch from, kind, _ := strings.Cut(event.Text, "."); {
		case wanted == dispatchParams[0]:
			all = append(all, from)
		case wanted == dispatchParams[1] && from == source:
			all = append(all, kind)
		}
	}
	return all
}
