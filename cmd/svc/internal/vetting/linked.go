package vetting

import (
	"context"
	"slices"

	"golang.org/x/tools/go/packages"
)

// linked returns the mains, and the packages of their own module that they link: what runs
// in their processes.
func (r Request) linked(ctx context.Context) ([]string, error) {
	config := r.config(ctx)
	config.Mode = packages.NeedName | packages.NeedImports | packages.NeedDeps | packages.NeedModule
	loaded, err := packages.Load(config, r.Mains...)
	if err != nil {
		return nil, err
	}
	all := slices.Clone(r.Mains)
	packages.Visit(loaded, nil, func(p *packages.Package) {
		if p.Module != nil && p.Module.Main && !slices.Contains(all, p.PkgPath) {
			all = append(all, p.PkgPath)
		}
	})
	return all, nil
}
