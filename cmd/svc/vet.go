package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/enoki-go/enoki/cmd/svc/internal/present"
	"github.com/enoki-go/enoki/cmd/svc/internal/vetting"
)

// vetFlags are the flags of svc vet.
type vetFlags struct {
	fix  bool
	json bool
	tags string
}

func vetVerb() *cobra.Command {
	var f vetFlags
	cmd := &cobra.Command{
		Use:   "vet [PACKAGES] [flags]",
		Short: "Find what services would be refused for at the start.",
		Long: "Find in the source what the container would refuse at the start: misspelt tag keys,\n" +
			"methods that do not exist, signatures, schedules, routes that collide, types that cannot\n" +
			"be encoded, events that a handler cannot decode. PACKAGES are those of the go command;\n" +
			"none are ./... . Each finding is a line file:line:column: text, and ends svc with 1.\n\n" +
			"The same runs as go vet -vettool=$(which svc), and before svc run builds.",
		Example: "  svc vet\n  svc vet --fix ./orders",
		RunE:    func(cmd *cobra.Command, patterns []string) error { return f.run(cmd, patterns) },
	}
	flags := cmd.Flags()
	flags.BoolVar(&f.fix, "fix", false, "carry out the fixes that are known, and say what is left")
	flags.StringVar(&f.tags, "tags", "", "build `TAGS`, with commas between them")
	offerJSON[[]vetting.Finding](cmd, &f.json, "print a JSON array of findings: file, line, column, text, fix")
	return cmd
}

func (f *vetFlags) run(cmd *cobra.Command, patterns []string) error {
	if err := findFolders(patterns); err != nil {
		return err
	}
	request := vetting.Request{Patterns: patterns, Tags: f.tags}
	report, err := vetting.Run(cmd.Context(), request)
	if err != nil {
		return fmt.Errorf("list packages: %w", err)
	}
	if f.fix {
		if report, err = f.mend(cmd, request, report); err != nil {
			return err
		}
	}
	if err := f.print(cmd, report.Findings); err != nil {
		return err
	}
	for _, broken := range report.Broken {
		_, _ = fmt.Fprintln(cmd.ErrOrStderr(), line(broken))
	}
	if len(report.Findings)+len(report.Broken) > 0 {
		return exitWith(exitFailure, nil)
	}
	return nil
}

// findFolders says which of the folders that patterns name is not there: the go command
// would call it a mistake in the code.
func findFolders(patterns []string) error {
	for _, pattern := range patterns {
		folder, _, below := strings.Cut(pattern, "...")
		if !strings.HasPrefix(pattern, ".") && !filepath.IsAbs(pattern) || below && !strings.HasSuffix(folder, "/") {
			continue
		}
		if _, err := os.Stat(folder); errors.Is(err, fs.ErrNotExist) {
			return exitWith(exitNotFound, fmt.Errorf("package %s: there is no folder %s", pattern, filepath.Clean(folder)))
		}
	}
	return nil
}

// mend carries out the fixes and looks again: one may have hidden another mistake.
func (*vetFlags) mend(cmd *cobra.Command, request vetting.Request, report vetting.Report) (vetting.Report, error) {
	fixed, err := report.Fix()
	if fixed > 0 {
		_, _ = fmt.Fprintf(cmd.ErrOrStderr(), "svc: fixed %d of %d\n", fixed, len(report.Findings))
	}
	if err != nil || fixed == 0 {
		return report, err
	}
	return vetting.Run(cmd.Context(), request)
}

func (f *vetFlags) print(cmd *cobra.Command, findings []vetting.Finding) error {
	if f.json {
		if findings == nil {
			findings = []vetting.Finding{}
		}
		return printValue(cmd.OutOrStdout(), findings)
	}
	for _, found := range findings {
		_, _ = fmt.Fprintln(cmd.OutOrStdout(), line(found))
	}
	return nil
}

// line writes a finding as compilers do, so that editors can jump there.
func line(f vetting.Finding) string {
	if f.Line == 0 {
		return present.SafeLines(f.Text)
	}
	file := f.File
	if cwd, err := os.Getwd(); err == nil {
		file = shownPath(cwd, file)
	}
	return fmt.Sprintf("%s:%d:%d: %s", file, f.Line, f.Column, present.SafeLines(f.Text))
}
