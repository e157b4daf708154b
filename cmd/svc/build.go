package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/enoki-go/enoki/cmd/svc/internal/launch"
)

// defaultBuildFolder is where svc build writes unless it is told otherwise.
const defaultBuildFolder = "bin"

// buildFlags are the flags of svc build.
type buildFlags struct {
	out     string
	release launch.Release
	isolate bool
	main    string
	force   bool
	noVet   bool
	json    bool
}

// built is what svc build says of a program.
type built struct {
	Name     string   `json:"name"`
	Services []string `json:"services"` // package.Struct, or the import path of a package main
	File     string   `json:"file"`
	Bytes    int64    `json:"bytes"`
	OS       string   `json:"os"`
	Arch     string   `json:"arch"`
}

func buildVerb() *cobra.Command {
	var f buildFlags
	cmd := &cobra.Command{
		Use:   "build [TARGET…] [flags]",
		Short: "Build services as programs for production.",
		Long: "Build services as programs for production; the targets are those of svc run. A program\n" +
			"is one static file, without cgo, symbols and the paths of this machine; the same source\n" +
			"and toolchain give the same bytes. It needs no svc beside it, and takes --config, --define,\n" +
			"--broker, --namespace, --port, --drain, --json and --describe. Go stamps it with the version\n" +
			"of the module and the revision of the repository, which `go version -m FILE` shows. Several\n" +
			"programs (more than one main, or --isolate) are several files.\n\n" +
			"With --main nothing is built: the main that svc would generate is written into a folder,\n" +
			"for those who want it in their tree, as a package that `go build` and `svc run` take.",
		Example: "  svc build ./orders\n  svc build ./... --isolate -o dist/ --os linux --arch arm64\n  svc build ./orders --main cmd/orders",
		RunE:    func(cmd *cobra.Command, targets []string) error { return f.run(cmd, targets) },
	}
	flags := cmd.Flags()
	flags.StringVarP(&f.out, "output", "o", "", "write to this `FILE`, or into this folder if it is one, ends in / or there are\nseveral programs (default: the folder "+defaultBuildFolder+")")
	flags.StringVar(&f.release.OS, "os", "", "build for this `GOOS` (default: that of the go command)")
	flags.StringVar(&f.release.Arch, "arch", "", "build for this `GOARCH` (default: that of the go command)")
	flags.StringVar(&f.release.LDFlags, "ldflags", "", "more `FLAGS` for the linker, as of go build: \"-X main.version=1.2.0\"")
	flags.BoolVar(&f.isolate, "isolate", false, "build each service as a program of its own")
	flags.StringVar(&f.main, "main", "", "write the generated main into this `FOLDER`, and build nothing")
	flags.BoolVar(&f.force, "force", false, "with --main: replace a main that is there")
	flags.BoolVar(&f.noVet, "no-vet", false, "build without looking for mistakes first (see svc vet)")
	offerJSON[[]built](cmd, &f.json, "print a JSON array of programs: name, services, file, bytes, os, arch")
	return cmd
}

func (f *buildFlags) check() error {
	switch {
	case f.main != "" && f.out != "":
		return errors.New("--main writes source, and -o says where programs go: want one of them")
	case f.force && f.main == "":
		return errors.New("--force: programs are replaced anyway; it goes with --main")
	}
	return nil
}

func (f *buildFlags) run(cmd *cobra.Command, targets []string) error {
	if err := f.check(); err != nil {
		return asUsage(cmd, err)
	}
	ctx, stop := signal.NotifyContext(cmd.Context(), stopSignals()...)
	defer stop()
	builder, programs, err := findPrograms(ctx, targets, f.isolate)
	if err != nil {
		return interrupted(ctx, err)
	}
	if f.main != "" {
		return f.writeMains(cmd, builder.Cwd, programs)
	}
	if err := f.platform(ctx, builder); err != nil {
		return interrupted(ctx, asUsage(cmd, err))
	}
	files, err := f.files(builder.Cwd, programs)
	if err != nil {
		return asUsage(cmd, err)
	}
	if err := f.vet(ctx, builder, programs); err != nil {
		return interrupted(ctx, err)
	}
	defer noteSlow(newNotes(cmd.ErrOrStderr(), f.json)).Stop()
	all, err := f.build(ctx, builder, programs, files)
	if err != nil {
		return interrupted(ctx, err)
	}
	return f.print(cmd.OutOrStdout(), all)
}

// findPrograms returns the programs of targets, and what builds them.
func findPrograms(ctx context.Context, targets []string, isolate bool) (launch.Builder, []launch.Program, error) {
	builder, err := newBuilder()
	if err != nil {
		return builder, nil, err
	}
	programs, err := builder.Find(ctx, targets, isolate)
	return builder, programs, err
}

// vet looks for what the container would refuse at the start, before anything is compiled.
func (f *buildFlags) vet(ctx context.Context, builder launch.Builder, programs []launch.Program) error {
	if f.noVet {
		return nil
	}
	return vetPrograms(ctx, builder, programs)
}

// files returns where each program is written.
func (f *buildFlags) files(cwd string, programs []launch.Program) ([]string, error) {
	folder, single := f.out, false
	switch info, err := os.Stat(f.out); {
	case f.out == "":
		folder = defaultBuildFolder
	case err == nil && info.IsDir(), strings.HasSuffix(f.out, "/"), strings.HasSuffix(f.out, string(filepath.Separator)):
	case len(programs) == 1:
		single = true
	case err == nil:
		return nil, fmt.Errorf("-o: %s is a file, and there are %d programs: want a folder", f.out, len(programs))
	}
	files := make([]string, len(programs))
	for i, name := range launch.Names(programs) {
		files[i] = filepath.Join(folder, launch.Binary(name, f.release.OS))
		if single {
			files[i] = f.out
		}
		if !filepath.IsAbs(files[i]) {
			files[i] = filepath.Join(cwd, files[i])
		}
	}
	return files, nil
}

func (f *buildFlags) build(ctx context.Context, builder launch.Builder, programs []launch.Program, files []string) ([]built, error) {
	all := make([]built, len(programs))
	for i, name := range launch.Names(programs) {
		r := f.release
		r.File = files[i]
		if err := builder.Release(ctx, programs[i], r); err != nil {
			return nil, err
		}
		info, err := os.Stat(files[i])
		if err != nil {
			return nil, err
		}
		shown := shownPath(builder.Cwd, files[i])
		all[i] = built{Name: name, Services: programs[i].Services(), File: shown, Bytes: info.Size(), OS: r.OS, Arch: r.Arch}
	}
	return all, nil
}

// shownPath is a path as the user would write it: relative to cwd where it is below.
func shownPath(cwd, path string) string {
	rel, err := filepath.Rel(cwd, path)
	if err != nil || !filepath.IsLocal(rel) {
		return path
	}
	return rel
}

func (f *buildFlags) print(out io.Writer, all []built) error {
	if f.json {
		return printValue(out, all)
	}
	for _, b := range all {
		if _, err := fmt.Fprintf(out, "%s\t%.1f MB\t%s/%s\t%s\n", b.File, float64(b.Bytes)/1e6, b.OS, b.Arch, strings.Join(b.Services, ", ")); err != nil {
			return err
		}
	}
	return nil
}
