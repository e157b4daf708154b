package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/enoki-go/enoki/cmd/svc/internal/contract"
	"github.com/enoki-go/enoki/service"
)

func contractVerb() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "contract VERB",
		Short:   "Compare what services declare with what they declared before.",
		Example: "  svc contract diff v1.json ./orders\n  svc contract diff main:./orders ./orders",
		Args:    unknownVerb,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(contractDiffVerb())
	return cmd
}

// contractFlags are the flags of svc contract diff.
type contractFlags struct {
	connectFlags

	json bool
}

func contractDiffVerb() *cobra.Command {
	var f contractFlags
	cmd := &cobra.Command{
		Use:   "diff OLD NEW [flags]",
		Short: "Say what breaks those who use the services; exit 1 if anything does.",
		Long: `Compare methods, routes, subjects, websockets and emitted events, with the JSON
Schemas of what they take and answer. OLD and NEW are each a file with a manifest (what
--describe prints), - for one on standard input, a target as of svc run, which is built,
or REF:./path, a target in a commit of git.

Exit codes: 0 nothing breaks, 1 something does, 2 wrong usage.`,
		Example: "  svc contract diff v1.json ./orders\n" +
			"  svc contract diff main:./orders ./orders --json\n" +
			"  ssh prod orders --describe | svc contract diff - ./orders",
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd, args[0], args[1]) },
	}
	f.addConfig(cmd)
	offerJSON[[]contract.Change](cmd, &f.json, "print a JSON array of changes: level, where, what")
	return cmd
}

func (f *contractFlags) run(cmd *cobra.Command, before, after string) error {
	if before == "-" && after == "-" {
		return asUsage(cmd, errors.New("have - twice, want one manifest on standard input"))
	}
	old, err := f.manifest(cmd, before)
	if err != nil {
		return err
	}
	now, err := f.manifest(cmd, after)
	if err != nil {
		return err
	}
	changes := contract.Diff(old, now)
	if err := f.print(cmd.OutOrStdout(), changes); err != nil {
		return err
	}
	if contract.IsBreaking(changes) {
		return exitWith(exitFailure, nil)
	}
	return nil
}

func (f *contractFlags) print(w io.Writer, changes []contract.Change) error {
	if f.json {
		return printIndented(w, append([]contract.Change{}, changes...))
	}
	var text strings.Builder
	for _, c := range changes {
		text.WriteString(c.String() + "\n")
	}
	if len(changes) == 0 {
		text.WriteString("nothing has changed\n")
	}
	_, err := io.WriteString(w, text.String())
	return err
}

// manifest reads what an argument names.
func (f *contractFlags) manifest(cmd *cobra.Command, arg string) (service.Manifest, error) {
	if arg == "-" {
		m, err := contract.Read(cmd.InOrStdin())
		return m, named(cmd, "standard input", err)
	}
	if ref, path, ok := strings.Cut(arg, ":."); ok && ref != "" {
		return f.committed(cmd, ref, "."+path)
	}
	info, err := os.Stat(arg)
	if err == nil && info.Mode().IsRegular() {
		data, err := os.ReadFile(arg)
		if err != nil {
			return service.Manifest{}, err
		}
		m, err := contract.Read(bytes.NewReader(data))
		return m, named(cmd, arg, err)
	}
	if errors.Is(err, os.ErrNotExist) && strings.HasSuffix(arg, ".json") {
		return service.Manifest{}, asUsage(cmd, fmt.Errorf("there is no file %s; svc describe prints a manifest", arg))
	}
	return f.built(cmd, arg)
}

// named says which manifest cannot be read.
func named(cmd *cobra.Command, what string, err error) error {
	if err == nil {
		return nil
	}
	return asUsage(cmd, fmt.Errorf("%s: %w", what, err))
}

// built asks the services of a target.
func (f *contractFlags) built(cmd *cobra.Command, target string) (service.Manifest, error) {
	var all service.Manifest
	manifests, err := f.declared(cmd.Context(), []string{target}, newNotes(cmd.ErrOrStderr(), false))
	for _, m := range manifests {
		all.Services = append(all.Services, m.Services...)
	}
	return all, err
}

// committed asks the services of a target in a commit, which is checked out into a
// folder that goes afterwards.
func (f *contractFlags) committed(cmd *cobra.Command, ref, target string) (_ service.Manifest, err error) {
	ctx := cmd.Context()
	prefix, err := git(ctx, "rev-parse", "--show-prefix")
	if err != nil {
		return service.Manifest{}, asUsage(cmd, fmt.Errorf("%s:%s: %w", ref, target, err))
	}
	if _, err := git(ctx, "rev-parse", "--verify", "--quiet", "--end-of-options", ref+"^{commit}"); err != nil {
		return service.Manifest{}, asUsage(cmd, fmt.Errorf("%s:%s: git knows no commit %q here; want a branch, a tag or a hash", ref, target, ref))
	}
	folder, err := os.MkdirTemp("", "svc-contract")
	if err != nil {
		return service.Manifest{}, err
	}
	tree := filepath.Join(folder, "tree")
	defer func() {
		ctx := context.WithoutCancel(ctx)
		_, _ = git(ctx, "worktree", "remove", "--force", tree) // it may not have been made
		err = errors.Join(err, os.RemoveAll(folder))
		_, _ = git(ctx, "worktree", "prune")
	}()
	if _, err := git(ctx, "worktree", "add", "--detach", "--quiet", tree, ref+"^{commit}"); err != nil {
		return service.Manifest{}, fmt.Errorf("check out %s: %w", ref, err)
	}
	path, name := target, ""
	if i := strings.LastIndexByte(target, ':'); i > 0 {
		path, name = target[:i], target[i:]
	}
	return f.built(cmd, filepath.Join(tree, prefix, path)+name)
}

// git runs git in the folder of the user, and returns what it prints.
func git(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "git", args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		if text := strings.TrimSpace(stderr.String()); text != "" {
			return "", fmt.Errorf("git %s: %s", args[0], text)
		}
		return "", fmt.Errorf("git %s: %w", args[0], err)
	}
	return strings.TrimRight(stdout.String(), "\n"), nil
}
