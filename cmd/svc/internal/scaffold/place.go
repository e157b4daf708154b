package scaffold

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/mod/modfile"
)

// shown is how many files a refusal lists.
const shown = 8

// checkEmpty refuses a folder that holds something; a fresh git repository is empty.
func checkEmpty(text, dir string, force bool) error {
	found, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		if errors.Is(err, syscall.ENOTDIR) {
			return &RefusedError{text + " is a file, or in one, want the name of a new folder"}
		}
		return err
	}
	found = slices.DeleteFunc(found, func(e fs.DirEntry) bool { return e.Name() == ".git" })
	if len(found) == 0 || force {
		return nil
	}
	var list []string
	for _, e := range found[:min(len(found), shown)] {
		list = append(list, e.Name())
	}
	if more := len(found) - shown; more > 0 {
		list = append(list, fmt.Sprintf("and %d more", more))
	}
	return &RefusedError{fmt.Sprintf("%s is not empty: it holds %s; choose a new folder, or add only what is missing with --force",
		text, strings.Join(list, ", "))}
}

// outer is the module that a folder lies in.
type outer struct {
	root, path string // "" outside of all
	requires   bool   // Enoki, or is it
}

func (o outer) file() string { return filepath.Join(o.root, "go.mod") }

func (o outer) importPath(dir string) string {
	rel, err := filepath.Rel(o.root, dir)
	if err != nil {
		return o.path
	}
	return path.Join(o.path, filepath.ToSlash(rel))
}

// outerOf looks for the module of dir, which need not exist.
func outerOf(dir string) (outer, error) {
	root := dir
	for {
		text, err := os.ReadFile(filepath.Join(root, "go.mod"))
		if err == nil {
			return readOuter(root, dir, text)
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return outer{}, err
		}
		up := filepath.Dir(root)
		if up == root {
			return outer{}, nil
		}
		root = up
	}
}

func readOuter(root, dir string, text []byte) (outer, error) {
	f, err := modfile.ParseLax(filepath.Join(root, "go.mod"), text, nil)
	if err != nil {
		return outer{}, fmt.Errorf("read the module that the folder is in: %w", err)
	}
	if f.Module == nil {
		return outer{}, fmt.Errorf("%s has no line module: mend it first, or choose a folder outside of %s", filepath.Join(root, "go.mod"), root)
	}
	o := outer{root: root, path: f.Module.Mod.Path, requires: f.Module.Mod.Path == enokiPath}
	for _, r := range f.Require {
		o.requires = o.requires || r.Mod.Path == enokiPath
	}
	return o, o.refuseHidden(dir)
}

// refuseHidden refuses folders of a module in which the go command sees no packages.
func (o outer) refuseHidden(dir string) error {
	rel, err := filepath.Rel(o.root, dir)
	if err != nil || rel == "." {
		return err
	}
	for part := range strings.SplitSeq(filepath.ToSlash(rel), "/") {
		if part == "vendor" || part == "testdata" || part[0] == '.' || part[0] == '_' {
			return &RefusedError{fmt.Sprintf("%s is in the module %s (%s), below %s, where the go command looks for no packages; choose another folder",
				dir, o.path, o.file(), part)}
		}
	}
	if strings.Contains(o.root, "@") && strings.Contains(filepath.ToSlash(o.root), "/pkg/mod/") {
		return &RefusedError{o.root + " is in the module cache, which nobody writes to; choose another folder"}
	}
	return nil
}
