package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const source = `// Package p is for a test.
package p

import (
	"context"
	"io"
)

const Limit = 10

const hidden = 1

var ErrGone error

type Number int

type Pair[K comparable, V any] struct {
	Key   K ` + "`json:\"key\"`" + `
	value V
	inner
	*Other
	io.Writer
}

func (p *Pair[K, V]) Set(key K) {}

func (p Pair[K, V]) unset() {}

type inner struct{ Deep int }

func (inner) Promoted() error { return nil }

type Other struct{}

func (Other) Seen() {}

type Both interface {
	io.Reader
	Do(ctx context.Context, more ...string) (n int, err error)
	secret()
}

type Short = Number

func New[T any](first, second T, rest ...func(T) bool) *Pair[string, T] { return nil }
`

const wantPage = `package p // import "example.com/m/p"

const Limit untyped int = 10
func New[T any](T, T, ...func(T) bool) *Pair[string, T]
method (*Pair[K comparable, V any]) Set(K)
method (Other) Seen()
method (Pair[K comparable, V any]) Promoted() error
type Both interface, Do(context.Context, ...string) (int, error)
type Both interface, embedded io.Reader
type Both interface, with unexported methods
type Number int
type Other struct
type Pair[K comparable, V any] struct
type Pair[K comparable, V any] struct, Deep int
` + "type Pair[K comparable, V any] struct, Key K `json:\"key\"`" + `
type Pair[K comparable, V any] struct, embedded *Other
type Pair[K comparable, V any] struct, embedded io.Writer
type Short = Number
var ErrGone error
`

// module writes files into a folder of their own.
func module(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	files["go.mod"] = "module example.com/m\n\ngo 1.26.0\n"
	for name, text := range files {
		file := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestPageHasALineForEachExportedThing(t *testing.T) {
	root := module(t, map[string]string{
		"p/p.go":                source,
		"p/internal/i/i.go":     "package i\n\nfunc Hidden() {}\n",
		"cmd/tool/main.go":      "package main\n\nfunc main() {}\n",
		"examples/shop/shop.go": "package shop\n\nfunc Sell() {}\n",
	})
	if err := (asks{root: root}).run(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	pages, err := read(filepath.Join(root, pagesFolder))
	if err != nil || len(pages) != 1 {
		t.Fatalf("have pages %v and error %v, want p.txt only", pages, err)
	}
	if have := pages["p.txt"]; have != wantPage {
		t.Errorf("have\n%s\nwant\n%s", have, wantPage)
	}
}

func TestCheckNamesWhatCameAndWentAndTheCure(t *testing.T) {
	root := module(t, map[string]string{"p/p.go": "package p\n\nfunc Old() {}\n\nfunc Same() {}\n"})
	if err := (asks{root: root}).run(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if err := (asks{root: root, check: true}).run(t.Context(), nil); err != nil {
		t.Errorf("have %v for what has just been written, want no error", err)
	}
	changed := "package p\n\nfunc New() {}\n\nfunc Same() {}\n"
	if err := os.WriteFile(filepath.Join(root, "p/p.go"), []byte(changed), 0o600); err != nil {
		t.Fatal(err)
	}
	err := (asks{root: root, check: true}).run(t.Context(), nil)
	for _, want := range []string{"\n- p: func Old()\n", "\n+ p: func New()\n", `"make api"`, "CHANGELOG.md", "docs/releases.md"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("have error %v, want one with %q", err, want)
		}
	}
	if err != nil && strings.Contains(err.Error(), "Same") {
		t.Errorf("have %v, want nothing of what has not changed", err)
	}
}

func TestCompareTellsWhatBreaksFromWhatDoesNot(t *testing.T) {
	before := module(t, map[string]string{"p/p.go": "package p\n\nfunc A(int) {}\n\nfunc B() {}\n", "gone/g.go": "package gone\n"})
	after := module(t, map[string]string{"p/p.go": "package p\n\nfunc A(string) {}\n\nfunc B() {}\n\nfunc C() {}\n", "q/q.go": "package q\n"})
	var out strings.Builder
	if err := compareFolders(&out, before, after); err != nil {
		t.Fatal(err)
	}
	want := `gone
Incompatible changes:
- package: removed
p
Incompatible changes:
- A: changed from func(int) to func(string)
Compatible changes:
- C: added
q
Compatible changes:
- package: added
`
	if have := out.String(); have != want {
		t.Errorf("have\n%s\nwant\n%s", have, want)
	}
}

func TestPackageThatDoesNotCompileIsAnError(t *testing.T) {
	_, err := load(module(t, map[string]string{"p/p.go": "package p\n\nfunc A() int {}\n"}))
	if err == nil || !strings.Contains(err.Error(), "example.com/m/p") {
		t.Errorf("have error %v, want one that names the package", err)
	}
}
