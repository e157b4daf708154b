package launch

import (
	"cmp"
	"path/filepath"
	"slices"
	"strings"
)

// group splits the packages of one module into as few generated mains as Go's
// rule about internal folders allows; with isolate, one per service.
func group(root string, packages []Package, isolate bool) []Program {
	if isolate {
		packages = oneServiceEach(packages)
	}
	// The deepest rooms first: what may be imported from everywhere joins them.
	slices.SortStableFunc(packages, func(a, b Package) int {
		return cmp.Compare(len(room(root, b.Dir)), len(room(root, a.Dir)))
	})
	var programs []Program
	for _, p := range packages {
		i := slices.IndexFunc(programs, func(q Program) bool {
			return !isolate && nested(q.room, room(root, p.Dir))
		})
		if i < 0 {
			programs = append(programs, Program{Root: root, room: room(root, p.Dir)})
			i = len(programs) - 1
		}
		programs[i].Packages = append(programs[i].Packages, p)
	}
	for i := range programs {
		programs[i].Name = strings.Join(programs[i].Services(), "+")
	}
	return programs
}

func oneServiceEach(packages []Package) []Package {
	var single []Package
	for _, p := range packages {
		for _, s := range p.Services {
			one := p
			one.Services = []string{s}
			single = append(single, one)
		}
	}
	return single
}

// room returns the folder that a main must be in to import the package at dir:
// the parent of its innermost internal folder, else the module's root.
func room(root, dir string) string {
	rel, err := filepath.Rel(root, dir)
	if err != nil || !filepath.IsLocal(rel) {
		return root
	}
	parts := strings.Split(rel, string(filepath.Separator))
	for i, part := range slices.Backward(parts) {
		if part == "internal" {
			return filepath.Join(root, filepath.Join(parts[:i]...))
		}
	}
	return root
}

// nested reports whether inner is outer or below it. Rooms arrive deepest
// first, so the first of a group decides where its main lies.
func nested(inner, outer string) bool {
	return inner == outer || strings.HasPrefix(inner, outer+string(filepath.Separator))
}
