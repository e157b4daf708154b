package vet_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/service"
	"github.com/enoki-go/enoki/vet/testdata/start"
)

// What the start refuses vet finds on the same line in the same words, and nothing else.
func TestTextsAreThoseOfTheStart(t *testing.T) {
	_, err := service.New(nil, service.With(&start.Orders{}, &start.Named{}, &start.Other{}, &start.Bound{}, &start.Idle{}))
	if err == nil {
		t.Fatal("the start found nothing")
	}
	p := loaded(t, "start")
	_, found := look(t, p)
	var have []string
	for _, d := range found {
		at := p.Fset.Position(d.Pos)
		have = append(have, fmt.Sprintf("%s:%d: %s", filepath.Base(at.Filename), at.Line, d.Message))
	}
	for i, text := range have {
		have[i], _, _ = strings.Cut(text, " at /") // vet's places have columns
	}
	joined := strings.Join(have, "\n")
	for _, want := range startTexts(err) {
		if !strings.Contains(joined, want) {
			t.Errorf("the start says, and vet does not:\n%s", want)
		}
	}
	atStart := strings.Join(startTexts(err), "\n")
	for _, text := range have {
		if !strings.Contains(atStart, text) {
			t.Errorf("vet says, and the start does not:\n%s", text)
		}
	}
	if t.Failed() {
		t.Logf("vet:\n%s\nstart:\n%s", joined, atStart)
	}
}

// startTexts returns the lines of an error of service.New. One error that says several
// things about one entrypoint has what they begin with in the first line only.
func startTexts(err error) []string {
	var all []string
	before := ""
	for line := range strings.SplitSeq(err.Error(), "\n") {
		_, rest, ok := strings.Cut(line, "start.go:")
		if ok {
			line = "start.go:" + rest
			if i := strings.Index(line, ": tag"); i > 0 {
				before = line[:i+len(": ")]
			}
		} else {
			line = before + line
		}
		line, _, _ = strings.Cut(line, " at testdata")
		all = append(all, line)
	}
	return all
}
