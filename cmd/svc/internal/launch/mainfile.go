package launch

import (
	"context"
	"fmt"
	"go/format"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Source returns a main of p for people to read and keep, which lies in the folder dir,
// absolute. The comment, lines without //, stands over its package clause; with ignored
// only the name of the file builds it, so that patterns such as ./... go on finding the
// services themselves.
func (p Program) Source(dir, comment string, ignored bool) ([]byte, error) {
	if p.Main != "" {
		return nil, fmt.Errorf("%s is a package main already: there is none to write", p.Main)
	}
	if !nested(dir, p.room) {
		return nil, fmt.Errorf("a main in %s may not import %s: want a folder below %s", dir, p.Packages[0].ImportPath, p.room)
	}
	var b strings.Builder
	if ignored {
		b.WriteString("//go:build ignore\n\n")
	}
	for line := range strings.Lines(strings.TrimRight(comment, "\n")) {
		b.WriteString("// " + line)
	}
	imports, args := p.body()
	fmt.Fprintf(&b, "\npackage main\n\nimport (\n%s)\n\nfunc main() { service.Main(%s) }\n", imports, args)
	return format.Source([]byte(b.String()))
}

// body returns the imports, sorted, and the arguments of service.Main.
func (p Program) body() (imports, args string) {
	lines := []string{fmt.Sprintf("%q\n", servicePath)}
	var structs, options []string
	taken := map[string]bool{"service": true, "main": true}
	for i, pkg := range p.Packages {
		name, line := pkg.Name, fmt.Sprintf("%q\n", pkg.ImportPath)
		if taken[name] {
			name = fmt.Sprintf("%s%d", pkg.Name, i)
		}
		taken[name] = true
		if name != path.Base(pkg.ImportPath) {
			line = name + " " + line
		}
		lines = append(lines, line)
		for _, s := range pkg.Services {
			structs = append(structs, "&"+name+"."+s+"{}")
		}
		if pkg.Options {
			options = append(options, name+".Options()")
		}
	}
	slices.SortFunc(lines, func(a, b string) int {
		return strings.Compare(a[strings.IndexByte(a, '"'):], b[strings.IndexByte(b, '"'):])
	})
	return strings.Join(lines, ""), strings.Join(append(structs, options...), ", ")
}

// Folder returns the folder of p's package main relative to its module, as ./cmd/name.
func (b Builder) Folder(ctx context.Context, p Program) (string, error) {
	g, err := b.gotool(ctx, p.Root)
	if err != nil {
		return "", err
	}
	found, err := g.list(ctx, p.Main)
	if err != nil || len(found) == 0 {
		return "", err
	}
	return relPattern(p.Root, found[0].Dir, ""), nil
}

// Binary is how a binary of that name is called on an operating system.
func Binary(name, goos string) string {
	if goos == "windows" {
		return name + ".exe"
	}
	return filepath.Clean(name)
}
