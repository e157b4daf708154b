package vetting

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"go/format"
	"go/token"
	"os"
	"slices"

	"golang.org/x/tools/go/analysis"
)

// edit replaces bytes of a file.
type edit struct {
	from, to int
	text     []byte
}

func findingOf(files *token.FileSet, d analysis.Diagnostic) Finding {
	at := files.Position(d.Pos)
	f := Finding{File: at.Filename, Line: at.Line, Column: at.Column, Text: d.Message}
	if len(d.SuggestedFixes) == 0 {
		return f
	}
	fix := d.SuggestedFixes[0]
	f.Fix = fix.Message
	for _, e := range fix.TextEdits {
		f.edits = append(f.edits, edit{files.Position(e.Pos).Offset, files.Position(e.End).Offset, e.NewText})
	}
	return f
}

// Fix carries out the fixes of all findings, and returns how many there were. Of two that
// touch the same text the first is; the file is written once, as gofmt has it.
func (r Report) Fix() (fixed int, err error) {
	edits := make(map[string][]edit)
	for _, f := range r.Findings {
		edits[f.File] = append(edits[f.File], f.edits...)
	}
	for _, file := range sorted(edits) {
		n, failed := rewrite(file, edits[file])
		fixed += n
		err = errors.Join(err, failed)
	}
	return fixed, err
}

// rewrite edits one file, or leaves it as it was.
func rewrite(file string, edits []edit) (int, error) {
	if len(edits) == 0 {
		return 0, nil
	}
	info, err := os.Stat(file)
	if err != nil {
		return 0, err
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	made, n := apply(text, edits)
	pretty, err := format.Source(made)
	if err != nil {
		return 0, fmt.Errorf("fix %s: %w", file, err)
	}
	if bytes.Equal(text, pretty) {
		return 0, nil
	}
	return n, os.WriteFile(file, pretty, info.Mode().Perm())
}

// apply carries out the edits that do not overlap one before them.
func apply(text []byte, edits []edit) (made []byte, n int) {
	slices.SortStableFunc(edits, func(a, b edit) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to)) })
	done := 0
	for _, e := range edits {
		if e.from < done || e.to > len(text) {
			continue
		}
		made = append(append(made, text[done:e.from]...), e.text...)
		done, n = e.to, n+1
	}
	return append(made, text[done:]...), n
}
