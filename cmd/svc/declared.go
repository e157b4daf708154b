package main

import (
	"context"
	"os"
	"time"

	"github.com/enoki-go/enoki/cmd/svc/internal/launch"
	"github.com/enoki-go/enoki/service"
)

// declared returns what the services of targets declare, one manifest for each program.
// It builds them, and connects to nothing.
func (f *connectFlags) declared(ctx context.Context, targets []string, note func(string)) ([]service.Manifest, error) {
	_, manifests, err := f.programs(ctx, targets, note)
	return manifests, err
}

// programs is declared with the programs; the manifest of each stands at its index.
func (f *connectFlags) programs(ctx context.Context, targets []string, note func(string)) ([]launch.Program, []service.Manifest, error) {
	programs, binaries, err := buildVetted(ctx, targets, false, true, note)
	if err != nil {
		return nil, nil, err
	}
	manifests := make([]service.Manifest, len(programs))
	for i, binary := range binaries {
		if manifests[i], err = launch.Describe(ctx, binary, f.configArgs(), nil); err != nil {
			return nil, nil, err
		}
	}
	return programs, manifests, nil
}

// configArgs writes the flags of service.Main that say what the configuration is.
func (f *connectFlags) configArgs() []string {
	var args []string
	for _, file := range f.files {
		args = append(args, "--config", file)
	}
	for _, d := range f.defines {
		args = append(args, "--define", d)
	}
	if f.namespace != "" {
		args = append(args, "--namespace", f.namespace)
	}
	return args
}

// buildVetted finds the programs of targets and builds them; the path of each binary stands
// at the index of its program. At the same time it refuses, unless noVet says otherwise,
// what the container would refuse at the start.
func buildVetted(ctx context.Context, targets []string, isolate, noVet bool, note func(string)) ([]launch.Program, []string, error) {
	builder, programs, err := findPrograms(ctx, targets, isolate)
	if err != nil {
		return nil, nil, err
	}
	defer noteSlow(note).Stop()
	var binaries []string
	err = beside(ctx, func(ctx context.Context) error {
		if noVet {
			return nil
		}
		return vetPrograms(ctx, builder, programs)
	}, func(ctx context.Context) (err error) {
		binaries, err = buildAll(ctx, builder, programs)
		return err
	})
	if err != nil {
		discard(binaries)
		return nil, nil, err
	}
	return programs, binaries, nil
}

// noteSlow says that svc builds, unless it is stopped within slowBuild. Without the build
// cache a minute may pass; silence looks like a hang.
func noteSlow(note func(string)) *time.Timer {
	return time.AfterFunc(slowBuild, func() { note("building; the first time takes longest") })
}

// beside looks at code while it is built, which takes as long where little of it is new,
// and returns once both have ended. Where the build fails there is nothing to look at: look
// is cancelled, and the error is that of the build.
func beside(ctx context.Context, look, build func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	found := make(chan error, 1)
	go func() { found <- look(ctx) }() // received from below
	if err := build(ctx); err != nil {
		cancel()
		<-found //nolint:errcheck // it says that it was cancelled
		return err
	}
	return <-found
}

func buildAll(ctx context.Context, builder launch.Builder, programs []launch.Program) ([]string, error) {
	binaries := make([]string, len(programs))
	for i, p := range programs {
		binary, err := builder.Build(ctx, p)
		if err != nil {
			discard(binaries[:i])
			return nil, err
		}
		binaries[i] = binary
	}
	return binaries, nil
}

// discard gives up binaries that nobody will run: with svc run --reload there may be many
// before svc ends.
func discard(binaries []string) {
	for _, binary := range binaries {
		launch.Discard(binary)
	}
}

// newBuilder returns what finds and builds the programs of targets in this folder.
func newBuilder() (launch.Builder, error) {
	cwd, err := os.Getwd()
	if err != nil {
		return launch.Builder{}, err
	}
	cache, err := cacheFolder("build")
	return launch.Builder{Cwd: cwd, Cache: cache}, err
}
