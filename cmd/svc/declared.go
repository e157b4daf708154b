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
	programs, binaries, err := buildTargets(ctx, targets, false, note)
	if err != nil {
		return nil, err
	}
	manifests := make([]service.Manifest, len(programs))
	for i, binary := range binaries {
		if manifests[i], err = launch.Describe(ctx, binary, f.configArgs(), nil); err != nil {
			return nil, err
		}
	}
	return manifests, nil
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

// buildTargets finds the programs of targets and builds them; the path of each binary
// stands at the index of its program.
func buildTargets(ctx context.Context, targets []string, isolate bool, note func(string)) ([]launch.Program, []string, error) {
	return buildVetted(ctx, targets, isolate, true, note)
}

// buildVetted is buildTargets that refuses at the same time, unless noVet says otherwise,
// what the container would refuse at the start.
func buildVetted(ctx context.Context, targets []string, isolate, noVet bool, note func(string)) ([]launch.Program, []string, error) {
	builder, programs, err := findPrograms(ctx, targets, isolate)
	if err != nil {
		return nil, nil, err
	}
	// Without the build cache a minute may pass; silence looks like a hang.
	slow := time.AfterFunc(slowBuild, func() { note("building; the first time takes longest") })
	defer slow.Stop()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // where the compiler refuses the code, there is nothing to look at
	vetted := vetAlongside(ctx, builder, programs, noVet)
	binaries, err := buildAll(ctx, builder, programs)
	if err != nil {
		return nil, nil, err
	}
	if err := vetted(); err != nil {
		discard(binaries)
		return nil, nil, err
	}
	return programs, binaries, nil
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
