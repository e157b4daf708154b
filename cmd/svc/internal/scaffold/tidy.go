package scaffold

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// complete fills in go.mod and go.sum. It asks the network only for what the
// module cache does not hold. Tidying wants more than building and testing: the
// modules that tests of other modules need, which are seldom there; so without them
// the files are complete for what the service does, and that is enough.
func (p *plan) complete(ctx context.Context) error {
	tool, err := exec.LookPath("go")
	if err != nil {
		return errors.New("the files are written, but there is no go command in PATH to complete go.mod: install it from https://go.dev/dl or correct PATH, then run in " +
			p.request.Dir + ": go mod tidy")
	}
	if err := p.seedSums(); err != nil {
		return err
	}
	if p.gotool(ctx, tool, tidy, "GOPROXY=off") == nil || p.gotool(ctx, tool, "list -deps -test ./...", "GOPROXY=off") == nil {
		return nil
	}
	err = p.gotool(ctx, tool, tidy)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return fmt.Errorf("the files are written, but go.mod could not be completed; run in %s, once this is mended: go mod tidy\n%w", p.request.Dir, err)
	}
	return nil
}

const tidy = "mod tidy"

// missing returns the command that completes the module that the folder was in before,
// whose files nobody changes unasked; "" where nothing is missing.
func (p *plan) missing(ctx context.Context) string {
	if !p.outer.requires {
		return "go get " + enokiPath + "@" + cmp.Or(p.request.Version, "latest") + " && go mod tidy"
	}
	tool, err := exec.LookPath("go")
	if err != nil {
		return ""
	}
	cmd := exec.CommandContext(ctx, tool, "list", "-deps", "-test", ".")
	cmd.Dir = p.dir
	cmd.Env = append(os.Environ(), "GOPROXY=off", "PWD="+p.dir)
	if cmd.Run() != nil {
		return "go mod tidy"
	}
	return ""
}

// seedSums copies the sums of a checkout: what its modules must be is known then
// without asking a database of sums. Tidying drops what is not needed.
func (p *plan) seedSums() error {
	if p.enoki.dir == "" {
		return nil
	}
	sums, err := os.ReadFile(filepath.Join(p.enoki.dir, "go.sum"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = file{name: "go.sum", text: sums}.writeTo(p.dir)
	return err
}

// gotool runs the go command in the new folder, in no workspace: one that is around
// it does not know the module.
func (p *plan) gotool(ctx context.Context, tool, args string, env ...string) error {
	cmd := exec.CommandContext(ctx, tool, strings.Fields(args)...)
	cmd.Dir = p.dir
	cmd.Env = append(append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod", "PWD="+p.dir), env...)
	var words bytes.Buffer
	cmd.Stderr = &words
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("go %s: %w\n%s", args, err, lastLines(words.String()))
	}
	return nil
}

// lastLines returns where the go command says what is wrong.
func lastLines(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-5):], "\n")
}
