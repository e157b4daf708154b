package launch

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Sources is what the programs of some targets are built from, as far as it is the
// user's: packages of modules that are in folders of their own, not of those that the go
// command has fetched.
type Sources struct {
	Files   []string // that are compiled or embedded, and those that say which modules
	Folders []string // where a new file, or folder, may become one of them
}

// Sources lists them for targets, as Find takes them. Code that does not compile, or does
// not even parse, is listed as well.
func (b Builder) Sources(ctx context.Context, targets []string) (Sources, error) {
	if len(targets) == 0 {
		targets = []string{"./..."}
	}
	var all Sources
	for _, text := range targets {
		parsed, err := parseTarget(b.Cwd, text)
		if err != nil {
			return Sources{}, err
		}
		for _, t := range parsed {
			if err := b.sources(ctx, t, &all); err != nil {
				return Sources{}, err
			}
		}
	}
	slices.Sort(all.Files)
	slices.Sort(all.Folders)
	all.Files, all.Folders = slices.Compact(all.Files), slices.Compact(all.Folders)
	return all, nil
}

func (b Builder) sources(ctx context.Context, t target, all *Sources) error {
	all.addModule(t.dir)
	if t.wide() {
		base, _ := splitPattern(t.pattern)
		all.addTree(filepath.Join(t.dir, base))
	}
	g, err := b.gotool(ctx, t.dir)
	if err != nil {
		return all.orTree(ctx, t.dir, err)
	}
	packages, err := g.deps(ctx, t.pattern)
	if err != nil {
		return all.orTree(ctx, t.dir, err)
	}
	for _, p := range packages {
		if p.local() {
			all.addPackage(p)
		}
	}
	return nil
}

// orTree takes every source file of the module where the go command cannot say which
// ones count, for example because of a mistake in go.mod.
func (s *Sources) orTree(ctx context.Context, root string, why error) error {
	if _, ok := errors.AsType[*CompileError](why); !ok || ctx.Err() != nil {
		return why
	}
	s.addTree(root)
	for _, folder := range s.Folders {
		found, err := filepath.Glob(filepath.Join(folder, "*.go"))
		if err != nil {
			return err
		}
		for _, file := range found {
			if !strings.HasSuffix(file, "_test.go") {
				s.Files = append(s.Files, file)
			}
		}
	}
	return nil
}

// addModule adds the files that say which modules a program is built with.
func (s *Sources) addModule(root string) {
	s.Files = append(s.Files, filepath.Join(root, "go.mod"), filepath.Join(root, "go.sum"), filepath.Join(root, "vendor", "modules.txt"))
	s.Folders = append(s.Folders, root)
	work := os.Getenv("GOWORK")
	if work == "" {
		folder := nearest(root, "go.work")
		if folder == "" {
			return
		}
		work = filepath.Join(folder, "go.work")
	}
	if work != "off" {
		s.Files = append(s.Files, work, strings.TrimSuffix(work, ".work")+".work.sum")
		s.Folders = append(s.Folders, filepath.Dir(work))
	}
}

// addTree adds the folders in which a pattern with ... looks for packages.
func (s *Sources) addTree(root string) {
	_ = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return nil //nolint:nilerr // what cannot be read is no source
		}
		if path != root && skipped(path, d.Name()) {
			return fs.SkipDir
		}
		s.Folders = append(s.Folders, path)
		return nil
	})
}

// skipped reports whether ... does not look into a folder.
func skipped(path, name string) bool {
	if strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") || slices.Contains([]string{"testdata", "vendor", "node_modules"}, name) {
		return true
	}
	_, err := os.Stat(filepath.Join(path, "go.mod"))
	return err == nil
}

func (s *Sources) addPackage(p dep) {
	s.Folders = append(s.Folders, p.Dir)
	for _, names := range [][]string{p.GoFiles, p.CgoFiles, p.InvalidGoFiles, p.CFiles, p.CXXFiles, p.HFiles, p.SFiles, p.SysoFiles, p.EmbedFiles} {
		for _, name := range names {
			s.Files = append(s.Files, filepath.Join(p.Dir, name))
		}
	}
	for _, name := range p.EmbedFiles {
		s.Folders = append(s.Folders, filepath.Dir(filepath.Join(p.Dir, name)))
	}
	if p.Module.GoMod != "" {
		s.addModule(filepath.Dir(p.Module.GoMod))
	}
}

// A dep is a package that a program is built from.
type dep struct {
	Dir      string
	Standard bool
	Module   *struct {
		GoMod   string
		Main    bool
		Replace *struct{ Version string }
	}
	GoFiles, CgoFiles, InvalidGoFiles, CFiles, CXXFiles, HFiles, SFiles, SysoFiles, EmbedFiles []string
}

// local reports whether the package is in a folder of the user's.
func (p dep) local() bool {
	m := p.Module
	return !p.Standard && m != nil && (m.Main || m.Replace != nil && m.Replace.Version == "")
}

const depFields = "Dir,Standard,Module,GoFiles,CgoFiles,InvalidGoFiles,CFiles,CXXFiles,HFiles,SFiles,SysoFiles,EmbedFiles"

func (g gotool) deps(ctx context.Context, pattern string) ([]dep, error) {
	out, err := g.run(ctx, "list", "-e", "-deps", "-json="+depFields, "--", pattern)
	if err != nil {
		return nil, err
	}
	return packages[dep](out, pattern)
}
