package config

import (
	"errors"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxNested bounds how deep defaults may nest.
const maxNested = 32

// substitute replaces the variables in the scalar n. It works on parsed scalars
// and never on the text of a file, so a variable cannot change what lies around
// its scalar.
func (b *builder) substitute(n *yaml.Node) *node {
	at := b.at(n)
	t, err := parseTemplate(n.Value)
	if err != nil {
		b.fail(at, "%s", err)
		return nullNode(at)
	}
	text, missing := t.expand(b.lookup)
	for _, name := range missing {
		b.fail(at, "environment variable %s is not set, set it or write ${%s:default}", name, name)
	}
	switch {
	case len(missing) > 0:
		return nullNode(at)
	case t.isVariable() && (n.Style == 0 || n.Tag == envTag):
		return b.typed(at, t[0].name, text)
	case n.Tag == envTag || n.Tag == rawEnvTag || n.Style&yaml.TaggedStyle == 0:
		return textNode(at, text)
	default:
		return b.resolve(n, text)
	}
}

// typed reads the value of one variable as YAML. The mistake does not quote the
// value: it may be a secret.
func (b *builder) typed(at Position, name, text string) *node {
	root, err := parseOne(name, text)
	if err != nil {
		b.fail(at, "have a value of ${%s} that is not one YAML value without comments and folded lines; "+
			`quote the scalar or tag it %s to take it as text`, name, rawEnvTag)
		return nullNode(at)
	}
	inner := newBuilder(b.file, nil)
	inner.fixed = &at
	value := inner.build(root)
	b.errs = append(b.errs, inner.errs...)
	return value
}

// template is a scalar's text, taken apart.
type template []part

// part is literal text or, when it has a name, a variable.
type part struct {
	text     string
	name     string
	optional bool     // it has a default
	fallback template // the default
}

func (t template) isVariable() bool { return len(t) == 1 && t[0].name != "" }

// expand returns the text with all variables replaced, and the names of those
// that are neither set nor have a default. A default that is not needed is not
// looked at.
func (t template) expand(lookup func(string) (string, bool)) (text string, missing []string) {
	var out strings.Builder
	for _, p := range t {
		value, unset := p.expand(lookup)
		out.WriteString(value)
		missing = append(missing, unset...)
	}
	return out.String(), missing
}

func (p part) expand(lookup func(string) (string, bool)) (text string, missing []string) {
	if p.name == "" {
		return p.text, nil
	}
	if value, ok := lookup(p.name); ok {
		return value, nil
	}
	if p.optional {
		return p.fallback.expand(lookup)
	}
	return "", []string{p.name}
}

func parseTemplate(text string) (template, error) {
	p := templateParser{rest: text}
	return p.template(0)
}

type templateParser struct{ rest string }

// template reads up to the end or, in a default (depth > 0), up to the brace
// that closes it.
func (p *templateParser) template(depth int) (template, error) {
	var t template
	var literal strings.Builder
	flush := func() {
		if literal.Len() > 0 {
			t = append(t, part{text: literal.String()})
			literal.Reset()
		}
	}
	open := 0 // braces of the default's own, such as those of a map
	for p.rest != "" {
		switch {
		case p.take("$${"):
			literal.WriteString("${")
			open++
		case p.take("${"):
			flush()
			v, err := p.variable(depth + 1)
			if err != nil {
				return nil, err
			}
			t = append(t, v)
		case depth > 0 && open == 0 && p.rest[0] == '}':
			flush()
			return t, nil
		default:
			open += nesting(p.rest[0])
			literal.WriteByte(p.rest[0])
			p.rest = p.rest[1:]
		}
	}
	flush()
	if depth > 0 {
		return nil, errors.New("have a default without its closing brace, want ${NAME:default}")
	}
	return t, nil
}

// variable reads what follows "${".
func (p *templateParser) variable(depth int) (part, error) {
	if depth > maxNested {
		return part{}, fmt.Errorf("have defaults nested deeper than %d, want fewer", maxNested)
	}
	end := strings.IndexFunc(p.rest, func(r rune) bool { return !nameRune(r) })
	if end <= 0 || p.rest[end] != '}' && p.rest[end] != ':' {
		return part{}, errors.New("have ${ without a name and its closing brace, want ${NAME} or ${NAME:default}; $${ stands for ${ itself")
	}
	v := part{name: p.rest[:end]}
	p.rest = p.rest[end:]
	if !p.take(":") {
		p.take("}")
		return v, nil
	}
	var err error
	v.optional = true
	v.fallback, err = p.template(depth)
	p.take("}")
	return v, err
}

func (p *templateParser) take(prefix string) bool {
	rest, ok := strings.CutPrefix(p.rest, prefix)
	p.rest = rest
	return ok
}

func nesting(c byte) int {
	switch c {
	case '{':
		return 1
	case '}':
		return -1
	}
	return 0
}

func nameRune(r rune) bool {
	return r == '_' || r == '.' || r == '-' ||
		'0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
}
