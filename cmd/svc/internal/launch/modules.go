package launch

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// lacksModules recognises a build that failed because go.mod or go.sum lack
// something, not because of the user's code.
func lacksModules(err error) bool {
	compile, ok := errors.AsType[*CompileError](err)
	return ok && slices.ContainsFunc([]string{
		"missing go.sum entry",
		"updates to go.mod needed",
		"updates to go.sum needed",
		"no required module provides package " + servicePath,
		"cannot find module providing package " + servicePath,
		"module lookup disabled by -mod=vendor",
		"import lookup disabled by -mod=vendor",
	}, func(s string) bool { return strings.Contains(compile.Output, s) })
}

// withCure adds what helps where even a copy of go.mod could not be completed.
func withCure(err error) error {
	if !lacksModules(err) {
		return err
	}
	return fmt.Errorf("%wcomplete the module with: go get %s && go mod tidy", err, servicePath)
}

// copyModule puts copies of go.mod and go.sum into folder, for -modfile.
func copyModule(root, folder string) (string, error) {
	modfile := filepath.Join(folder, "go.mod")
	if err := copyFile(filepath.Join(root, "go.mod"), modfile); err != nil {
		return "", fmt.Errorf("copy go.mod: %w", err)
	}
	err := copyFile(filepath.Join(root, "go.sum"), filepath.Join(folder, "go.sum"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("copy go.sum: %w", err)
	}
	return modfile, nil
}

func copyFile(from, to string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, data, 0o600)
}
