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
	lines     int
	functions []int // lines of each, from func to the closing brace
}

func (f file) pkg() string { return path.Dir(f.path) }

func (f file) test() bool { return strings.HasSuffix(f.path, "_test.go") }

// scan reads the module at the root of a tree, without the modules nested in
// it, testdata and generated files.
func scan(tree fs.FS) ([]file, error) {
	var files []file
	err := fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && name != "." && outside(tree, name):
			return fs.SkipDir
		case entry.IsDir() || path.Ext(name) != ".go":
			return nil
		}
		read, written, err := measure(tree, name)
		if written {
			files = append(files, read)
		}
		return err
	})
	return files, err
}

func outside(tree fs.FS, folder string) bool {
	name := path.Base(folder)
	if name == "testdata" || name[0] == '.' || name[0] == '_' {
		return true
	}
	_, err := fs.Stat(tree, path.Join(folder, "go.mod"))
	return err == nil
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
	read = file{path: name, lines: bytes.Count(text, []byte("\n"))}
	for _, decl := range parsed.Decls {
		if f, ok := decl.(*ast.FuncDecl); ok {
			read.functions = append(read.functions, set.Position(f.End()).Line-set.Position(f.Pos()).Line+1)
		}
	}
	return read, true, nil
}
