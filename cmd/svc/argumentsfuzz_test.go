package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/broker"
)

// Whatever somebody types: a document is JSON, a pair has a name, and what is emitted of
// pairs is an object with each value once.
func FuzzArguments(f *testing.F) {
	for _, seed := range [][2]string{
		{`{"a":1}`, ""}, {"a=1", `b="x"`}, {"a=", "a=2"}, {"=", "x"}, {"a", ""}, {`"text"`, "a=1"}, {"a=[1", "b=null"}, {"a b=1", ""}, {"1", "2"}, {"a=1e999", "ö=\xff"}, {"", ""},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, first, second string) {
		words := []string{first}
		if second != "" {
			words = append(words, second)
		}
		a, err := readArguments(words, strings.NewReader(""))
		if err != nil {
			return
		}
		if (a.document == nil) == (len(a.pairs) == 0) || a.document != nil && !json.Valid(a.document) {
			t.Fatalf("%q: have the document %q and the pairs %q", words, a.document, a.pairs)
		}
		if a.document != nil {
			return
		}
		object, err := a.object()
		if err != nil {
			return // given twice
		}
		var members map[string]json.RawMessage
		if err := json.Unmarshal(object, &members); err != nil || len(members) > len(words) {
			t.Errorf("%q: have %s, %v", words, object, err)
		}
		for _, p := range a.pairs {
			if p.name == "" || p.name+"="+p.text != first && p.name+"="+p.text != second {
				t.Errorf("%q: have the pair %q", words, p)
			}
		}
	})
}

// An event to emit is a source and a type, of words that a subject may have.
func FuzzEventNames(f *testing.F) {
	for _, seed := range []string{"payments.paid", "payments.order.paid", "payments", ".paid", "a.", "a..b", "*.>", "a.b c", "a.\x00", "$SYS.a", "_INBOX.b"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, target string) {
		source, event, err := splitEvent(target)
		if err != nil {
			return
		}
		for word := range strings.SplitSeq(source+"."+event, ".") {
			if !broker.ValidName(word) {
				t.Errorf("%q: have the word %q", target, word)
			}
		}
		if source+"."+event != target {
			t.Errorf("%q: have %q and %q", target, source, event)
		}
	})
}
