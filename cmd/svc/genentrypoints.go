package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/enoki-go/enoki/cmd/svc/internal/assertgen"
)

func genEntrypointsVerb() *cobra.Command {
	var check bool
	cmd := &cobra.Command{
		Use:   "entrypoints [DIR…] [flags]",
		Short: "Generate a check that tags name methods.",
		Long: "Write " + assertgen.FileName + " into the packages of services (default: the one here). It asserts\n" +
			"that each method which a tag names is there, with its present signature. Who renames a\n" +
			"method without its tag, or changes what callers rely on, is told by go build, at a line\n" +
			"that says where the tag is.\n\n" +
			"With --check nothing is written, and exit code 1 means that a file is out of date.",
		Example: "  svc gen entrypoints ./orders\n  svc gen entrypoints ./orders ./payments --check",
		RunE: func(cmd *cobra.Command, dirs []string) error {
			if len(dirs) == 0 {
				dirs = []string{"."}
			}
			var errs []error
			for _, dir := range dirs {
				errs = append(errs, assertEntrypoints(cmd, dir, check))
			}
			return errors.Join(errs...)
		},
	}
	cmd.Flags().BoolVar(&check, "check", false, "exit with 1 if a file is out of date")
	return cmd
}

func assertEntrypoints(cmd *cobra.Command, dir string, check bool) error {
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return asUsage(cmd, fmt.Errorf("have %s, want the folder of a package", dir))
	}
	text, err := assertgen.Generate(dir)
	if errors.Is(err, assertgen.ErrNothing) || errors.Is(err, fs.ErrNotExist) {
		return exitWith(exitNotFound, fmt.Errorf("no service in %w", err))
	}
	if err != nil {
		return err
	}
	return place(cmd, filepath.Join(dir, assertgen.FileName), text, check, assertgen.Unplaced)
}
