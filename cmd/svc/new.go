package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"github.com/enoki-go/enoki/cmd/svc/internal/scaffold"
)

// newFlags are the flags of svc new.
type newFlags struct {
	request scaffold.Request
	json    bool
}

func newVerb() *cobra.Command {
	var f newFlags
	cmd := &cobra.Command{
		Use:   "new DIR [flags]",
		Short: "Write a new service that runs.",
		Long: "Write a new service: its code, its test, a configuration, a Makefile. It compiles, passes\n" +
			"its test and runs as it is. DIR becomes a module of its own, which requires the version\n" +
			"of Enoki that this svc is of; in a folder of a module it becomes a package of that.\n\n" +
			"An svc that was built from a checkout of Enoki has the module use that checkout, by a\n" +
			"line replace in go.mod. Exit code 2 means that nothing was written.",
		Example: "  svc new demo\n  svc new shop --kind events --module github.com/me/shop\n  svc new internal/billing --name billing-service",
		Args:    oneFolder,
		RunE:    func(cmd *cobra.Command, args []string) error { return f.run(cmd, args[0]) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.request.Module, "module", "", "`PATH` of the new module (default: example.com/NAME)")
	flags.StringVar(&f.request.Name, "name", "", "`NAME` of the service (default: the last part of DIR)")
	flags.StringVar(&f.request.Kind, "kind", "", "what it does: "+strings.Join(scaffold.Kinds, ", ")+" (default: "+scaffold.Kinds[0]+")")
	flags.BoolVar(&f.request.Force, "force", false, "add what is missing to a folder that is not empty")
	flags.StringVar(&f.request.Enoki, "enoki-path", "", "use the checkout of Enoki in this `DIR`")
	offerJSON[scaffold.Result](cmd, &f.json, "print JSON: {dir, service, package, module, made, enoki, files, kept,\nmissing, example}")
	return cmd
}

func oneFolder(_ *cobra.Command, args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("have %d folders, want one, which the service is written to", len(args))
	}
	return nil
}

func (f *newFlags) run(cmd *cobra.Command, dir string) error {
	cwd, err := os.Getwd()
	if err != nil {
		return err
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		f.request.Version = scaffold.Released(info)
	}
	f.request.Cwd, f.request.Dir = cwd, dir
	ctx, stop := signal.NotifyContext(cmd.Context(), stopSignals()...)
	defer stop()
	result, err := scaffold.Create(ctx, f.request)
	if _, refused := errors.AsType[*scaffold.RefusedError](err); refused {
		return asUsage(cmd, err)
	}
	if err != nil {
		return err
	}
	if f.json {
		return printValue(cmd.OutOrStdout(), result)
	}
	return printNew(cmd.OutOrStdout(), result)
}

// printNew says what was written, and what to do next.
func printNew(out io.Writer, r scaffold.Result) error {
	var b strings.Builder
	fmt.Fprintf(&b, "the service %s, in %s (%s):\n", r.Service, r.Dir, r.Package)
	for _, name := range r.Files {
		fmt.Fprintf(&b, "  %s\n", name)
	}
	for _, name := range r.Kept {
		fmt.Fprintf(&b, "  %s (was there, kept)\n", name)
	}
	if strings.ContainsAny(r.Enoki, `/\`) {
		fmt.Fprintf(&b, "It uses the checkout of Enoki in %s (replace in go.mod).\n", r.Enoki)
	}
	b.WriteString("Next:\n")
	before := ""
	if r.Missing != "" {
		before = r.Missing + " && "
	}
	first := "svc call "
	if strings.HasPrefix(r.Example, "http") {
		first = "curl "
	}
	fmt.Fprintf(&b, "  cd %s && %ssvc run .\n  %s%s    # in another terminal\n", r.Dir, before, first, r.Example)
	_, err := io.WriteString(out, b.String())
	return err
}
