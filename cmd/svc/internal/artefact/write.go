// Package artefact makes the files that services are deployed with: mains, Dockerfiles,
// compose files and manifests of Kubernetes, from what the services declare.
package artefact

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/enoki-go/enoki/cmd/svc/internal/atomicfile"
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
		var err error
		if states[i], err = f.state(dir); err != nil {
			return nil, err
		}
		if states[i] == Replaced {
			exist.Paths = append(exist.Paths, f.in(dir))
		}
	}
	if len(exist.Paths) > 0 && !force {
		return nil, &exist
	}
	for i, f := range files {
		if states[i] == Unchanged {
			continue
		}
		if err := atomicfile.Write(f.in(dir), []byte(f.Text)); err != nil {
			return nil, err
		}
	}
	return states, nil
}

// in returns where the file lies.
func (f File) in(dir string) string { return filepath.Join(dir, filepath.FromSlash(f.Path)) }

// state returns what will become of the file.
func (f File) state(dir string) (State, error) {
	have, err := os.ReadFile(f.in(dir))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Created, nil
	case err != nil:
		return "", err
	case string(have) == f.Text:
		return Unchanged, nil
	default:
		return Replaced, nil
	}
}
