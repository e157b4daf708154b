package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/enoki-go/enoki/cmd/svc/internal/launch"
	"github.com/enoki-go/enoki/internal/suggest"
)

// platform fills in what the flags leave open, and refuses what Go cannot build for.
func (f *buildFlags) platform(ctx context.Context, builder launch.Builder) error {
	goos, goarch, err := builder.Target(ctx)
	if err != nil {
		return err
	}
	given := f.release.OS != "" || f.release.Arch != ""
	f.release.OS, f.release.Arch = cmp.Or(f.release.OS, goos), cmp.Or(f.release.Arch, goarch)
	if !given {
		return nil
	}
	platforms, err := builder.Platforms(ctx)
	if err != nil {
		return err
	}
	if want := f.release.OS + "/" + f.release.Arch; !slices.Contains(platforms, want) {
		return fmt.Errorf("--os, --arch: Go does not build for %s; %s", want, nearPlatform(f.release.OS, want, platforms))
	}
	return nil
}

// nearPlatform says what there is in place of a platform.
func nearPlatform(goos, want string, platforms []string) string {
	var archs []string
	for _, p := range platforms {
		if arch, ok := strings.CutPrefix(p, goos+"/"); ok {
			archs = append(archs, arch)
		}
	}
	if len(archs) > 0 {
		return "for " + goos + " there are: " + strings.Join(archs, ", ")
	}
	if hint := suggest.Hint(want, platforms); hint != "" {
		return hint
	}
	return "`go tool dist list` lists what there is"
}
