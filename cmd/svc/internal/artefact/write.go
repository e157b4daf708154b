// Package artefact makes the files that services are deployed with: mains, Dockerfiles,
// compose files and manifests of Kubernetes, from what the services declare.
package artefact

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// A File is one artefact.
type File struct {
	Path string `json:"path"` // with slashes, relative to the folder of the artefacts
	Text string `json:"text"`
}

// A State is what became of a file.
type State string

// What Write does with a file.
const (
	Created   State = "created"
	Unchanged State = "unchanged" // it was there with the same bytes
	Replaced  State = "replaced"
)

// ExistsError names files that are there with other content.
type ExistsError struct{ Paths []string }

func (e *ExistsError) Error() string {
	return strings.Join(e.Paths, ", ") + ": there already, with other content, and nothing was written; replace with --force, or name another folder"
}

// Write puts files into the folder dir, all or none: where one is there with other
// content it is an *ExistsError, unless force is set. It returns what became of each.
func Write(dir string, files []File, force bool) ([]State, error) {
	states := make([]State, len(files))
	var exist ExistsError
	for i, f := range files {
		path := filepath.Join(dir, filepath.FromSlash(f.Path))
		have, err := os.ReadFile(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			states[i] = Created
		case err != nil:
			return nil, err
		case bytes.Equal(have, []byte(f.Text)):
			states[i] = Unchanged
		default:
			states[i] = Replaced
			exist.Paths = append(exist.Paths, path)
		}
	}
	if len(exist.Paths) > 0 && !force {
		return nil, &exist
	}
	for i, f := range files {
		if states[i] == Unchanged {
			continue
		}
		if err := f.write(dir); err != nil {
			return nil, err
		}
	}
	return states, nil
}

// write replaces the file at once, so that nobody reads half of it.
func (f File) write(dir string) error {
	path := filepath.Join(dir, filepath.FromSlash(f.Path))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	draft, err := os.CreateTemp(filepath.Dir(path), ".svc-*")
	if err != nil {
		return err
	}
	_, err = draft.WriteString(f.Text)
	err = errors.Join(err, draft.Chmod(0o644), draft.Close())
	if err == nil {
		err = os.Rename(draft.Name(), path)
	}
	if err != nil {
		_ = os.Remove(draft.Name()) // err says more
	}
	return err
}
