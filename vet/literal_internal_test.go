package vet

import (
	"go/ast"
	"go/token"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/tag"
)

const base = token.Pos(100)

// written returns the literals that a text can be written as.
func written(text string) []*literal {
	sources := []string{strconv.Quote(text), strconv.QuoteToASCII(text)}
	if strconv.CanBackquote(text) {
		sources = append(sources, "`"+text+"`", "`"+strings.ReplaceAll(text, " ", " \r")+"`")
	}
	var all []*literal
	for _, source := range sources {
		l := literalOf(&ast.BasicLit{ValuePos: base, Kind: token.STRING, Value: source})
		if l != nil {
			all = append(all, l)
		}
	}
	return all
}

// FuzzPlacesInTags holds the places of keys and values against what package tag reads.
func FuzzPlacesInTags(f *testing.F) {
	for _, seed := range []string{
		``, `method:"Create"`, `method:"Create" arg:"a,b"`, `a:"\"x\"" b:"\\" c:"ä"`, `ä:"ö" b:"1"`, `  a:"1"  b:""`, `a:"1"b:"2"`, `a:1`, `a`, "a:\"\u2028\" b:\"\t\"",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		parsed, err := tag.Parse(reflect.StructTag(text))
		for _, l := range written(text) {
			if l.text != text {
				continue // a carriage return that the compiler drops
			}
			wantInside(t, l)
			if err != nil {
				for _, key := range []string{"method", "a", text} {
					l.find(key) // must not fail
				}
				continue
			}
			for _, key := range parsed.Keys() {
				wantFound(t, l, parsed, key)
			}
		}
	})
}

// wantInside checks that places are in the literal and in order.
func wantInside(t *testing.T, l *literal) {
	t.Helper()
	before := base
	for i := range len(l.text) + 1 {
		at := l.at(i)
		if at < before || at > base+token.Pos(len(l.source)-1) {
			t.Fatalf("%s: byte %d is at %d, behind %d of %d", l.source, i, at-base, before-base, len(l.source))
		}
		before = at
	}
}

func wantFound(t *testing.T, l *literal, parsed tag.Tag, key string) {
	t.Helper()
	name, value, found := l.find(key)
	if !found || l.text[name.from:name.to] != key {
		t.Fatalf("%s: key %q not found", l.source, key)
	}
	want, _ := parsed.Get(key)
	have, err := strconv.Unquote(`"` + l.text[value.from:value.to] + `"`)
	if err != nil || have != want {
		t.Errorf("%s: value of %q is %q, want %q", l.source, key, have, want)
	}
	if l.source[0] != '`' || strings.Contains(l.source, "\r") {
		return
	}
	if source := l.source[name.pos()-base : name.end()-base]; source != key {
		t.Errorf("%s: key %q is at %q", l.source, key, source)
	}
}

func TestPlacesCountWhatTheSourceHas(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, source string
		key          string
		want         int // where its value begins
	}{
		{"raw", "`a:\"1\" b:\"2\"`", "b", 10},
		{"quoted", `"a:\"1\" b:\"2\""`, "b", 13},
		{"quoted with a letter of two bytes", `"a:\"ä\" b:\"2\""`, "b", 14},
		{"quoted with an escape for it", `"a:\"\u00e4\" b:\"2\""`, "b", 18},
		{"raw over two lines of Windows", "`a:\"1\" \r b:\"2\"`", "b", 12},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := literalOf(&ast.BasicLit{ValuePos: base, Kind: token.STRING, Value: tt.source})
			_, value, found := l.find(tt.key)
			if have := int(value.pos() - base); !found || have != tt.want {
				t.Errorf("have %d, %t, want %d", have, found, tt.want)
			}
		})
	}
}

func TestWordsAreWhole(t *testing.T) {
	t.Parallel()
	l := literalOf(&ast.BasicLit{ValuePos: base, Kind: token.STRING, Value: "`sensitive:\"username,user.name\"`"})
	_, value, _ := l.find("sensitive")
	if at, found := value.word("user"); !found || l.text[at.from:] != `user.name"` {
		t.Errorf("have %v, %t", at, found)
	}
	if _, found := value.word("use"); found {
		t.Error("part of a word was found")
	}
}
