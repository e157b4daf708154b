// Package atomicfile writes files that others read meanwhile.
package atomicfile

import (
	"errors"
	"os"
	"path/filepath"
)

// Write puts a file with text at path, whose folders it makes where they are missing. Who
// reads the file finds all that was there before or all that is there now, never a part;
// on an error what was there stays. A link is replaced, and what it leads to stays. Anyone
// may read the file.
func Write(path string, text []byte) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // source code and what is deployed, to be read like any
		return err
	}
	draft, err := os.CreateTemp(dir, ".svc-*")
	if err != nil {
		return err
	}
	_, err = draft.Write(text)
	err = errors.Join(err, draft.Chmod(0o644), draft.Close())
	if err == nil {
		err = os.Rename(draft.Name(), path)
	}
	if err != nil {
		_ = os.Remove(draft.Name()) // err says more
	}
	return err
}
