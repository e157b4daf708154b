package scaffold

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/semver"
)

// enokiPath is the path of the framework's module.
const enokiPath = "github.com/enoki-go/enoki"

// goVersion is what the framework needs, and so every module that uses it.
const goVersion = "1.26.0"

// framework is what a new module uses: a version that was released, or a checkout.
type framework struct {
	version string
	dir     string // absolute; "" for a version
}

// frameworkOf finds the framework. An svc that was built from a checkout has no
// version that others could load, so the module is told where the checkout is.
func frameworkOf(r Request) (framework, error) {
	if r.Enoki != "" {
		dir := r.Enoki
		if !filepath.IsAbs(dir) {
			dir = filepath.Join(r.Cwd, dir)
		}
		return checkout(dir, "--enoki-path: ")
	}
	if r.Version != "" {
		return framework{version: r.Version}, nil
	}
	_, here, _, _ := runtime.Caller(0)
	if !filepath.IsAbs(here) { // built with -trimpath
		return framework{}, errors.New("this svc has no version and does not know where it was built: name a checkout of Enoki with --enoki-path DIR, " +
			"or install a version: go install " + enokiPath + "/cmd/svc@latest")
	}
	f, err := checkout(filepath.Join(filepath.Dir(here), "../../../.."), "this svc was built from a checkout, which is needed: ")
	if _, refused := errors.AsType[*RefusedError](err); refused {
		err = &RefusedError{err.Error() + "; name another with --enoki-path DIR"}
	}
	return f, err
}

// checkout makes sure that dir holds the framework.
func checkout(dir, what string) (framework, error) {
	file := filepath.Join(dir, "go.mod")
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return framework{}, &RefusedError{what + "there is no " + file + ", want the folder of a checkout of Enoki"}
	}
	if err != nil {
		return framework{}, err
	}
	if have := modfile.ModulePath(text); have != enokiPath {
		return framework{}, &RefusedError{what + file + " is of the module " + have + ", want the folder of a checkout of " + enokiPath}
	}
	return framework{version: "v0.0.0", dir: filepath.Clean(dir)}, nil
}

// goMod returns the module file, as short as it can be: go mod tidy adds the rest.
func (f framework) goMod(path string) ([]byte, error) {
	var m modfile.File
	err := errors.Join(m.AddModuleStmt(path), m.AddGoStmt(goVersion), m.AddRequire(enokiPath, f.version))
	if f.dir != "" {
		err = errors.Join(err, m.AddReplace(enokiPath, "", f.dir, ""))
	}
	if err != nil {
		return nil, err
	}
	m.Cleanup()
	return m.Format()
}

// Released returns the version of the framework that the program of info was built
// from, "" where that is a checkout: the go command gives even that a version, but
// one that nobody can load.
func Released(info *debug.BuildInfo) string {
	if info == nil || info.Main.Path != enokiPath || !semver.IsValid(info.Main.Version) {
		return ""
	}
	fromCheckout := slices.ContainsFunc(info.Settings, func(s debug.BuildSetting) bool { return strings.HasPrefix(s.Key, "vcs") })
	if fromCheckout {
		return ""
	}
	return info.Main.Version
}
