package clientgen

import (
	"bytes"
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/enoki-go/enoki/cmd/svc/internal/atomicfile"
)

// PackageName returns the name of the package in dir, for a new one what its folder is
// called, and for no dir at all what the service is.
func PackageName(dir, service string) string {
	if dir == "" {
		return packageOf(service)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		files = nil
	}
	for _, file := range files {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.PackageClauseOnly)
		if err == nil && !strings.HasSuffix(file, "_test.go") {
			return f.Name.Name
		}
	}
	if abs, err := filepath.Abs(dir); err == nil {
		dir = abs
	}
	return packageOf(filepath.Base(dir))
}

func packageOf(name string) string {
	pkg := strings.ToLower(strings.Join(wordsOf(name), ""))
	if !token.IsIdentifier(pkg) {
		pkg = "client" + pkg
	}
	return pkg
}

// FileName returns the name of the file for the client of a service.
func FileName(service string) string { return packageOf(service) + "_client.go" }

// A StaleError says that a generated file is not what would be generated now.
type StaleError struct{ Path, Text string }

func (e *StaleError) Error() string { return e.Path + " is out of date: " + e.Text }

// Check compares the file at path with text; what differs is a *StaleError. Same tells
// lines that count as one; nil means that only equal ones do.
func Check(path string, text []byte, same func(string) string) error {
	have, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return &StaleError{path, "it is not there"}
	}
	if err != nil {
		return err
	}
	if same == nil {
		same = func(line string) string { return line }
	}
	haves, wants := strings.Split(string(have), "\n"), strings.Split(string(text), "\n")
	for i := range max(len(haves), len(wants)) {
		h, w := lineAt(haves, i), lineAt(wants, i)
		if same(h) != same(w) {
			return &StaleError{path, fmt.Sprintf("line %d: have %s, want %s", i+1, strings.TrimSpace(h), strings.TrimSpace(w))}
		}
	}
	return nil
}

func lineAt(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return "the end"
}

// Write writes a generated file, unless it says that already. A file that begins
// otherwise than text does is somebody's own, and stays.
func Write(path string, text []byte) (changed bool, err error) {
	have, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return false, err
	case bytes.Equal(have, text):
		return false, nil
	default:
		header, _, _ := bytes.Cut(text, []byte("\n"))
		if !bytes.HasPrefix(have, header) {
			return false, fmt.Errorf("%s is there and was not generated (it does not begin with %q): move it, or choose another folder with -o", path, header)
		}
	}
	return true, atomicfile.Write(path, text)
}
