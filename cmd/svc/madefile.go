package main

import (
	"fmt"
	"io"
	"path/filepath"

	"github.com/enoki-go/enoki/cmd/svc/internal/artefact"
)

// A madeFile is what the verbs say of a file.
type madeFile struct {
	File  string         `json:"file"`
	State artefact.State `json:"state,omitempty"` // created, unchanged or replaced
	Text  string         `json:"text,omitempty"`
}

// printFiles says what became of each file.
func printFiles(out io.Writer, asJSON bool, folder string, files []artefact.File, states []artefact.State) error {
	all := make([]madeFile, len(files))
	for i, f := range files {
		all[i] = madeFile{File: filepath.Join(folder, filepath.FromSlash(f.Path)), State: states[i]}
	}
	if asJSON {
		return printValue(out, all)
	}
	for _, w := range all {
		if _, err := fmt.Fprintf(out, "%s\t%s\n", w.File, w.State); err != nil {
			return err
		}
	}
	return nil
}
