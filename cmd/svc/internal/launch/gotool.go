package launch

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// A gotool runs the go command in one folder.
type gotool struct {
	path string
	dir  string
	cwd  string // the user's folder, for the paths in messages
	env  []string
	work string // the go.work in force; "" outside a workspace
}

// gotool returns the go command for the module at dir.
func (b Builder) gotool(ctx context.Context, dir string) (gotool, error) {
	path, err := exec.LookPath("go")
	if err != nil {
		return gotool{}, errors.New("no go command in PATH: svc builds services with the Go toolchain; install it from https://go.dev/dl or correct PATH")
	}
	g := gotool{path: path, dir: dir, cwd: b.Cwd, env: os.Environ()}
	out, err := g.run(ctx, "env", "-json", "GOWORK", "GOFLAGS")
	if err != nil {
		return gotool{}, err
	}
	var settings struct{ GOWORK, GOFLAGS string }
	if err := json.Unmarshal(out, &settings); err != nil {
		return gotool{}, fmt.Errorf("read go env: %w", err)
	}
	g.env = append(g.env, "GOFLAGS="+readOnly(settings.GOFLAGS))
	if settings.GOWORK == "" || settings.GOWORK == "off" {
		return g, nil
	}
	g.work, err = shieldWorkspace(settings.GOWORK, filepath.Join(b.Cache, "workspaces"))
	g.env = append(g.env, "GOWORK="+g.work)
	return g, err
}

// Env returns the environment in which the go command builds p. Without a go command there
// is an error.
func (b Builder) Env(ctx context.Context, p Program) ([]string, error) {
	g, err := b.gotool(ctx, p.Root)
	return g.env, err
}

// readOnly drops -mod=mod, which would let the go command rewrite the user's
// go.mod and go.sum.
func readOnly(goflags string) string {
	kept := slices.DeleteFunc(strings.Fields(goflags), func(f string) bool {
		return strings.TrimLeft(f, "-") == "mod=mod"
	})
	return strings.Join(kept, " ")
}

// unwinding is how long the go command has to remove its files once it is interrupted.
const unwinding = 3 * time.Second

// interrupt ends the go command so that it leaves nothing behind, where the system can.
func interrupt(p *os.Process) error {
	if p.Signal(os.Interrupt) == nil {
		return nil
	}
	return p.Kill()
}

// run returns standard output. A failure is a *CompileError with what the go
// command had to say.
func (g gotool) run(ctx context.Context, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, g.path, args...)
	cmd.Cancel = func() error { return interrupt(cmd.Process) }
	cmd.WaitDelay = unwinding
	cmd.Dir = g.dir
	cmd.Env = append(slices.Clone(g.env), "PWD="+g.dir)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if ctx.Err() != nil {
		return nil, fmt.Errorf("go %s: %w", args[0], context.Cause(ctx))
	}
	if _, failed := errors.AsType[*exec.ExitError](err); failed {
		text := stderr.String()
		if strings.TrimSpace(text) == "" {
			text = fmt.Sprintf("go %s: %v\n", args[0], err)
		}
		return nil, &CompileError{Output: userView(text, g.dir, g.cwd)}
	}
	if err != nil {
		return nil, fmt.Errorf("run %s: %w", g.path, err)
	}
	return stdout.Bytes(), nil
}

// A listed is one package as `go list` tells it.
type listed struct {
	ImportPath, Dir, Name string
	GoFiles, CgoFiles     []string
	Module                *struct {
		Path, Dir string
		Main      bool
	}
	Error *struct{ Pos, Err string }
}

func (g gotool) list(ctx context.Context, pattern string) ([]listed, error) {
	out, err := g.run(ctx, "list", "-e", "-find", "-json=ImportPath,Dir,Name,GoFiles,CgoFiles,Module,Error", "--", pattern)
	if err != nil {
		return nil, err
	}
	return packages[listed](out, pattern)
}

// packages reads what go list has printed of a pattern: a document for each package.
func packages[T any](out []byte, pattern string) (all []T, err error) {
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p T
		err := dec.Decode(&p)
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read go list %s: %w", pattern, err)
		}
		all = append(all, p)
	}
}

// files returns the paths of the files that the build would compile.
func (p listed) files() []string {
	names := slices.Concat(p.GoFiles, p.CgoFiles)
	for i, n := range names {
		names[i] = filepath.Join(p.Dir, n)
	}
	return names
}
