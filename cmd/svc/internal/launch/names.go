package launch

import (
	"path"
	"path/filepath"

	"github.com/enoki-go/enoki/internal/snake"
)

// Names returns a name for each program that is fit for a file, an image and a host: the
// folder of its package main or of its only package; the struct's where a package is
// several programs; the module's folder where a program is several packages. Equal names
// are told apart by the folder above.
func Names(programs []Program) []string {
	names := make([]string, len(programs))
	shared := map[string]int{} // how many programs a package is part of
	for _, p := range programs {
		for _, pkg := range p.Packages {
			shared[pkg.ImportPath]++
		}
	}
	seen := map[string]int{}
	for i, p := range programs {
		names[i] = clean(p.shortName(shared))
		seen[names[i]]++
	}
	for i, p := range programs {
		if seen[names[i]] > 1 {
			names[i] = clean(p.above()) + "-" + names[i]
		}
	}
	return names
}

func (p Program) shortName(shared map[string]int) string {
	switch {
	case p.Main != "":
		return p.Name
	case len(p.Packages) > 1:
		return filepath.Base(p.Root)
	case shared[p.Packages[0].ImportPath] > 1 && len(p.Packages[0].Services) == 1:
		return snake.Case(p.Packages[0].Services[0])
	default:
		return path.Base(p.Packages[0].ImportPath)
	}
}

// above is the folder over the one that a program is named after.
func (p Program) above() string {
	if p.Main != "" {
		return path.Base(path.Dir(p.Main))
	}
	first := p.Packages[0].ImportPath
	if snake.Case(p.Packages[0].Services[0]) == path.Base(first) {
		return path.Base(path.Dir(first))
	}
	return path.Base(first)
}

// clean keeps what files, images and hosts may all be called: small letters, digits and
// single dashes, which neither begin nor end a name.
func clean(name string) string {
	var b []byte
	for _, c := range []byte(name) {
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
			b = append(b, c)
		case c >= 'A' && c <= 'Z':
			b = append(b, c+'a'-'A')
		case len(b) > 0 && b[len(b)-1] != '-':
			b = append(b, '-')
		}
	}
	b = b[:min(len(b), 40)]
	for len(b) > 0 && b[len(b)-1] == '-' {
		b = b[:len(b)-1]
	}
	if len(b) == 0 {
		return "service"
	}
	return string(b)
}
