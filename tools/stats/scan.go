package main

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"strings"
)

// A file is one Go file that a person wrote.
type file struct {
	path      string
	module    string // the folder of its go.mod
	lines     int
	functions []function
	exported  map[string]bool // name, and whether it is documented; none in a package main
	examples  []string        // names in the form of exported that have a runnable example
}

// A function is one declaration, from func to the closing brace.
type function struct {
	Place string `json:"place"` // file:line
	Name  string `json:"name"`
	Lines int    `json:"lines"`
}

func (f file) pkg() string { return path.Dir(f.path) }

func (f file) test() bool { return strings.HasSuffix(f.path, "_test.go") }

// scan reads all modules of a tree, without testdata and generated files.
func scan(tree fs.FS) ([]file, error) {
	var files []file
	modules := map[string]string{} // by folder
	err := fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && name != "." && outside(name):
			return fs.SkipDir
		case entry.IsDir():
			modules[name] = moduleOf(tree, modules, name)
			return nil
		case path.Ext(name) != ".go":
			return nil
		}
		read, written, err := measure(tree, name)
		if written {
			read.module = modules[path.Dir(name)]
			files = append(files, read)
		}
		return err
	})
	return files, err
}

func outside(folder string) bool {
	name := path.Base(folder)
	return name == "testdata" || name[0] == '.' || name[0] == '_'
}

// moduleOf is the nearest folder with a go.mod, upwards.
func moduleOf(tree fs.FS, modules map[string]string, folder string) string {
	if _, err := fs.Stat(tree, path.Join(folder, "go.mod")); err == nil || folder == "." {
		return folder
	}
	return modules[path.Dir(folder)]
}

// measure reads one file; written is false if a program wrote it.
func measure(tree fs.FS, name string) (read file, written bool, err error) {
	text, err := fs.ReadFile(tree, name)
	if err != nil {
		return file{}, false, err
	}
	set := token.NewFileSet()
	parsed, err := parser.ParseFile(set, name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil || ast.IsGenerated(parsed) {
		return file{}, false, err
	}
	read = file{path: name, lines: bytes.Count(text, []byte("\n")), exported: map[string]bool{}}
	for _, decl := range parsed.Decls {
		if f, ok := decl.(*ast.FuncDecl); ok {
			from, to := set.Position(f.Pos()), set.Position(f.End())
			lines := to.Line - from.Line + 1
			read.functions = append(read.functions, function{Place: place(from), Name: nameOf(f), Lines: lines})
		}
	}
	if read.test() {
		read.examples = runnable(parsed)
	} else if parsed.Name.Name != "main" {
		note(parsed, read.exported)
	}
	return read, true, nil
}
