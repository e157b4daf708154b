package launch

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// A Release says how a program is built that is to leave this machine.
type Release struct {
	File    string // where the binary is written; what is there and is no program is not replaced
	OS      string // GOOS; "" is that of the go command
	Arch    string // GOARCH; "" is that of the go command
	LDFlags string // for the linker, after -s -w
}

// Release compiles p to r.File: static, without the paths of this machine, and the same
// bytes from the same source and toolchain wherever it is built. Go stamps the version of
// the module and the revision, as GOFLAGS and the repository have it. What the compiler
// refuses is a *CompileError.
func (b Builder) Release(ctx context.Context, p Program, r Release) error {
	gen, err := newGeneration(b.Cache, p.key()+"-release")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(gen.dir) }() // the next build tries again
	g, err := b.gotool(ctx, p.Root)
	if err != nil {
		return err
	}
	g.env = append(g.env, r.environment()...)
	discard, err := makeFolder(filepath.Dir(r.File))
	if err != nil {
		return err
	}
	err = g.compile(ctx, gen.dir, p, "-trimpath", "-ldflags="+strings.TrimSpace("-s -w "+r.LDFlags), "-o", r.File)
	if err != nil {
		discard()
	}
	return err
}

// makeFolder makes a folder that may be there, and returns what takes it away again if it
// was not, and is empty.
func makeFolder(dir string) (discard func(), err error) {
	_, before := os.Stat(dir)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("make the folder of the program: %w", err)
	}
	return func() {
		if before != nil {
			_ = os.Remove(dir) // it stays where something is in it
		}
	}, nil
}

func (r Release) environment() []string {
	env := []string{"CGO_ENABLED=0"}
	if r.OS != "" {
		env = append(env, "GOOS="+r.OS)
	}
	if r.Arch != "" {
		env = append(env, "GOARCH="+r.Arch)
	}
	return env
}

// Target returns the GOOS and GOARCH that the go command builds for unless it is told
// otherwise.
func (b Builder) Target(ctx context.Context) (goos, goarch string, err error) {
	g, err := b.gotool(ctx, b.Cwd)
	if err != nil {
		return "", "", err
	}
	out, err := g.run(ctx, "env", "GOOS", "GOARCH")
	if err != nil {
		return "", "", err
	}
	goos, goarch, _ = strings.Cut(strings.TrimSpace(string(out)), "\n")
	return goos, strings.TrimSpace(goarch), nil
}

// Platforms returns what the go command can build for, each as os/arch.
func (b Builder) Platforms(ctx context.Context) ([]string, error) {
	g, err := b.gotool(ctx, b.Cwd)
	if err != nil {
		return nil, err
	}
	out, err := g.run(ctx, "tool", "dist", "list")
	return strings.Fields(string(out)), err
}
