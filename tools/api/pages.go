package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// pagesFolder is where the pages stand, one for each package.
const pagesFolder = "docs/api"

// write replaces the pages of a folder.
func write(folder string, pages map[string]string) error {
	if err := os.RemoveAll(folder); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(pages)) {
		file := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, []byte(pages[name]), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// check compares the pages of a folder with what they should be.
func check(folder string, pages map[string]string) error {
	have, err := read(folder)
	if err != nil {
		return err
	}
	var changes []string
	for _, name := range slices.Sorted(maps.Keys(union(have, pages))) {
		changes = append(changes, difference(strings.TrimSuffix(name, ".txt"), have[name], pages[name])...)
	}
	if len(changes) == 0 {
		return nil
	}
	return fmt.Errorf(`what users can import has changed:

%s

If that is meant: run "make api", commit what it writes, and say it in CHANGELOG.md.
A line with a minus may break a program; docs/releases.md says what that asks for`, strings.Join(changes, "\n"))
}

func read(folder string) (map[string]string, error) {
	pages := make(map[string]string)
	tree := os.DirFS(folder)
	err := fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(tree, name)
		pages[name] = string(text)
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		return pages, nil
	}
	return pages, err
}

func union(a, b map[string]string) map[string]string {
	both := maps.Clone(a)
	maps.Copy(both, b)
	return both
}

// difference names the lines of a page that have come and gone.
func difference(pkg, have, want string) []string {
	var changes []string
	before, after := strings.Split(have, "\n"), strings.Split(want, "\n")
	for _, line := range before {
		if line != "" && !slices.Contains(after, line) {
			changes = append(changes, "- "+pkg+": "+line)
		}
	}
	for _, line := range after {
		if line != "" && !slices.Contains(before, line) {
			changes = append(changes, "+ "+pkg+": "+line)
		}
	}
	return changes
}
