package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/enoki-go/enoki/cmd/svc/internal/launch"
	"github.com/enoki-go/enoki/cmd/svc/internal/vetting"
)

// vetPrograms looks at what programs are made of, as svc vet does, before or while they are
// built. What it finds is an error, which is printed as those of the compiler are and ends
// svc with 1. Its own trouble is none: where the code does not compile, or the go command
// does not understand it, the build says so.
func vetPrograms(ctx context.Context, builder launch.Builder, programs []launch.Program) error {
	var text strings.Builder
	for _, group := range byRoot(programs) {
		report, err := vetGroup(ctx, builder, group)
		if err != nil {
			continue
		}
		for _, found := range report.Findings {
			fmt.Fprintln(&text, line(found))
		}
	}
	if text.Len() == 0 {
		return nil
	}
	return &launch.CompileError{Output: text.String() + "svc: these would be refused at the start; svc vet --fix mends what it can, --no-vet builds anyway\n"}
}

// byRoot returns the programs of each module, which are looked at together: they share
// packages, and to ask the go command takes longer than to look.
func byRoot(programs []launch.Program) [][]launch.Program {
	var groups [][]launch.Program
	for _, p := range programs {
		i := slices.IndexFunc(groups, func(g []launch.Program) bool { return g[0].Root == p.Root })
		if i < 0 {
			groups = append(groups, []launch.Program{p})
			continue
		}
		groups[i] = append(groups[i], p)
	}
	return groups
}

func vetGroup(ctx context.Context, builder launch.Builder, programs []launch.Program) (vetting.Report, error) {
	env, err := builder.Env(ctx, programs[0])
	if err != nil {
		return vetting.Report{}, err
	}
	request := vetting.Request{Dir: programs[0].Root, Env: env, Aside: true}
	for _, p := range programs {
		if p.Main != "" {
			request.Mains = append(request.Mains, p.Main)
		}
		for _, pkg := range p.Packages {
			request.Patterns = append(request.Patterns, pkg.ImportPath)
		}
	}
	return vetting.Run(ctx, request)
}
