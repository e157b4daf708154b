package launch

import (
	"context"
	"os"
	"path/filepath"
)

// Build compiles p and returns the path of the binary, which stays until this
// process has ended. What the compiler refuses is a *CompileError. The user's
// tree is only read; ctx ends the compiler.
func (b Builder) Build(ctx context.Context, p Program) (string, error) {
	gen, err := newGeneration(b.Cache, p.key())
	if err != nil {
		return "", err
	}
	binary, err := b.buildInto(ctx, gen, p)
	if err != nil {
		_ = os.RemoveAll(gen.dir) // what is left is tried again once svc has ended
	}
	return binary, err
}

func (b Builder) buildInto(ctx context.Context, gen generation, p Program) (string, error) {
	g, err := b.gotool(ctx, p.Root)
	if err != nil {
		return "", err
	}
	if err := g.compile(ctx, gen.dir, p, "-buildvcs=false", "-o", gen.seed(p.binaryName())); err != nil {
		return "", err
	}
	return gen.finish(p.binaryName())
}

// compile builds p, with its generated main, if any, in folder.
func (g gotool) compile(ctx context.Context, folder string, p Program, args ...string) error {
	what := p.Main
	if what == "" {
		overlay, err := p.writeOverlay(folder)
		if err != nil {
			return err
		}
		args = append(args, "-overlay="+overlay)
		what = relPattern(p.Root, filepath.Join(p.room, virtualFolder), "")
	}
	return g.build(ctx, folder, append(args, "--", what))
}

// build runs go build, a second time with a copy of the module files where the
// user's lack what only the generated main needs.
func (g gotool) build(ctx context.Context, folder string, args []string) error {
	_, err := g.run(ctx, append([]string{"build"}, args...)...)
	if !lacksModules(err) {
		return err
	}
	if g.work != "" {
		return withCure(err)
	}
	modfile, err := copyModule(g.dir, folder)
	if err != nil {
		return err
	}
	_, err = g.run(ctx, append([]string{"build", "-mod=mod", "-modfile=" + modfile}, args...)...)
	return withCure(err)
}

// compileOnly returns what the compiler says about a package that cannot be
// parsed.
func compileOnly(ctx context.Context, g gotool, p listed) error {
	_, err := g.run(ctx, "build", "-buildvcs=false", "-o", os.DevNull, "--", p.ImportPath)
	if err != nil {
		return err
	}
	text := p.ImportPath + ": the source cannot be read"
	if p.Error != nil {
		text = p.Error.Pos + ": " + p.Error.Err
	}
	return &CompileError{Output: userView(text+"\n", g.dir, g.cwd)}
}
