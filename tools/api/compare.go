package main

import (
	"context"
	"errors"
	"fmt"
	"go/types"
	"io"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"

	"golang.org/x/exp/apidiff"
)

// compare prints what those who use a revision see of the changes since,
// package by package: what breaks them first.
func compare(ctx context.Context, out io.Writer, root, revision string) error {
	folder, err := os.MkdirTemp("", "api")
	if err != nil {
		return err
	}
	if err := git(ctx, root, "worktree", "add", "--quiet", "--detach", folder, revision); err != nil {
		return errors.Join(err, os.RemoveAll(folder))
	}
	err = compareFolders(out, folder, root)
	return errors.Join(err, git(ctx, root, "worktree", "remove", "--force", folder))
}

func git(ctx context.Context, root string, arguments ...string) error {
	text, err := exec.CommandContext(ctx, "git", append([]string{"-C", root}, arguments...)...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("git %s: %s", strings.Join(arguments, " "), strings.TrimSpace(string(text)))
	}
	return nil
}

func compareFolders(out io.Writer, before, after string) error {
	was, err := load(before)
	if err != nil {
		return err
	}
	is, err := load(after)
	if err != nil {
		return err
	}
	_, err = io.WriteString(out, changes(was, is))
	return err
}

func changes(was, is map[string]*types.Package) string {
	var text strings.Builder
	for _, name := range slices.Sorted(maps.Keys(was)) {
		if is[name] == nil {
			fmt.Fprintf(&text, "%s\nIncompatible changes:\n- package: removed\n", name)
			continue
		}
		if report := apidiff.Changes(was[name], is[name]); len(report.Changes) > 0 {
			fmt.Fprintf(&text, "%s\n%s", name, report)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(is)) {
		if was[name] == nil {
			fmt.Fprintf(&text, "%s\nCompatible changes:\n- package: added\n", name)
		}
	}
	return text.String()
}
