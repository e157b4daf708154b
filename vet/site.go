package vet

import (
	"errors"
	"go/ast"
	"go/token"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/enoki-go/enoki/tag"
)

// A site is where something is declared: a field, or a call of Bind.
type site struct {
	node ast.Node   // what is reported where nothing more exact is known
	name *ast.Ident // of the field, nil for none
	tags []*literal // as they are written; none where they are not in this package
	text reflect.StructTag
}

// siteOf returns the site of a field.
func siteOf(f *ast.Field, name *ast.Ident, text string) site {
	s := site{node: f, name: name, text: reflect.StructTag(text)}
	if l := literalOf(f.Tag); l != nil {
		s.tags = []*literal{l}
	}
	return s
}

// find looks for a key in the tags.
func (s site) find(key string) (name, value span, found bool) {
	for _, l := range s.tags {
		if name, value, found = l.find(key); found {
			return name, value, true
		}
	}
	return name, value, false
}

var (
	// keyPattern finds the key that an error is about.
	keyPattern = regexp.MustCompile(`(?:^|: )(?:unknown )?tag (?:keys? )?"?([a-z_]+)"?[ :]`)
	// bytePattern finds how far a malformed tag was read.
	bytePattern = regexp.MustCompile(`^malformed tag .* \(byte (\d+)\): `)
	// routePattern finds errors of the web about a route.
	routePattern = regexp.MustCompile(`(?:^|: )route "`)
	// takenPattern finds errors about names that are taken.
	takenPattern = regexp.MustCompile(`(?:^|: )(?:name|job) "`)
	// meantPattern finds what is suggested, and wordPattern in what stands before it the
	// word that it is for.
	meantPattern = regexp.MustCompile(`did you mean "([^"]+)"\?`)
	wordPattern  = regexp.MustCompile(`(?:no method ([A-Za-z0-9_]+) on|has no (?:field )?"([^"]+)"|have "([^"]+)")`)
)

// keyOf returns the tag key that an error is about, "" for none.
func keyOf(err error) string {
	if e, ok := errors.AsType[*tag.Error](err); ok {
		return e.Key
	}
	text := err.Error()
	switch found := keyPattern.FindStringSubmatch(text); {
	case found != nil:
		return found[1]
	case routePattern.MatchString(text):
		return "route"
	case takenPattern.MatchString(text):
		return "name"
	default:
		return "method"
	}
}

// diagnostic says what is wrong at a site, with a key of the tag. about is the text without
// what stands before it.
func (s site) diagnostic(text, key, about string) analysis.Diagnostic {
	d := analysis.Diagnostic{Pos: s.node.Pos(), End: s.node.End(), Category: "declaration", Message: text}
	name, value, found := s.find(key)
	if !found && key == "name" {
		name, value, found = s.find("method")
	}
	switch at := bytePattern.FindStringSubmatch(about); {
	case at != nil && len(s.tags) > 0:
		n, _ := strconv.Atoi(at[1])
		d.Pos, d.End = s.tags[0].at(n), token.NoPos
	case !found:
		s.whole(&d)
	case strings.Contains(about, "unknown tag key"), strings.Contains(about, "is given twice"):
		d.Pos, d.End = name.pos(), name.end()
		d.SuggestedFixes = meant(about, name)
	default:
		d.Pos, d.End = value.pos(), value.end()
		d.SuggestedFixes = meantIn(about, value)
	}
	return d
}

// whole reports a key that is missing at the tag.
func (s site) whole(d *analysis.Diagnostic) {
	if len(s.tags) > 0 {
		first, last := s.tags[0], s.tags[len(s.tags)-1]
		d.Pos, d.End = first.pos, last.pos+token.Pos(len(last.source))
	}
}

// meant replaces a span by what is suggested.
func meant(text string, at span) []analysis.SuggestedFix {
	found := meantPattern.FindStringSubmatch(text)
	if found == nil {
		return nil
	}
	return replace(at.pos(), at.end(), found[1])
}

// meantIn replaces the word in a value that something is suggested for.
func meantIn(text string, value span) []analysis.SuggestedFix {
	before, _, _ := strings.Cut(text, "did you mean")
	all := wordPattern.FindAllStringSubmatch(before, -1)
	if len(all) == 0 {
		return nil
	}
	last := all[len(all)-1]
	word := last[1] + last[2] + last[3]
	if strings.Contains(before, "want the name of a parameter") {
		word, _, _ = strings.Cut(word, ".")
	}
	at, found := value.word(word)
	if !found {
		return nil
	}
	return meant(text, at)
}

func replace(from, to token.Pos, by string) []analysis.SuggestedFix {
	return []analysis.SuggestedFix{{
		Message:   "Replace it by " + by,
		TextEdits: []analysis.TextEdit{{Pos: from, End: to, NewText: []byte(by)}},
	}}
}

// report says what is wrong, once at one place.
func (c *checker) report(d analysis.Diagnostic) {
	d.Message = strings.ReplaceAll(d.Message, "\n", "; ")
	if said := (diagnosed{d.Pos, d.Message}); !c.said[said] {
		c.said[said] = true
		c.pass.Report(d)
	}
}

// each calls f with every error that err joins.
func each(err error, f func(error)) {
	switch joined := err.(type) { //nolint:errorlint // wrapped ones are one mistake
	case nil:
	case interface{ Unwrap() []error }:
		for _, e := range joined.Unwrap() {
			each(e, f)
		}
	default:
		f(err)
	}
}
