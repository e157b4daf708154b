package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"go/token"
	"os/signal"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/cmd/svc/internal/clientgen"
	"github.com/enoki-go/enoki/cmd/svc/internal/present"
	"github.com/enoki-go/enoki/internal/suggest"
)

// genClientFlags are the flags of svc gen client.
type genClientFlags struct {
	connectFlags

	live    string
	service string
	folder  string
	pkg     string
	all     bool
	check   bool
}

func genClientVerb() *cobra.Command {
	var f genClientFlags
	cmd := &cobra.Command{
		Use:   "client [SOURCE…] [flags]",
		Short: "Generate the typed client of a service.",
		Long: "Generate the typed client of a service, in Go: a struct of funcs that embeds rpc.Client,\n" +
			"and the types of what its methods take and answer and its events carry. SOURCE is what\n" +
			"svc run takes: a folder (./orders), one struct of it (./orders:Orders), an import path.\n" +
			"With --all each service gets a package, in a folder below DIR. With --live, a service that\n" +
			"is running is asked instead; doc comments and events are known from the source only.\n\n" +
			"The same service gives the same file. With --check nothing is written, and exit code 1\n" +
			"means that the file is not what would be. Without -o the client is printed. The module\n" +
			"of DIR needs Enoki, too: go get github.com/enoki-go/enoki",
		Example: "  svc gen client ./orders -o internal/orders\n  svc gen client --live orders --package orders\n  svc gen client ./... --all -o clients --check",
		RunE:    f.run,
	}
	f.addBroker(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.live, "live", "", "ask this `SERVICE`, which is running")
	flags.StringVar(&f.service, "service", "", "`NAME` of the service, where SOURCE has several")
	flags.StringVarP(&f.folder, "out", "o", "", "write a file into this `DIR`")
	flags.StringVar(&f.pkg, "package", "", "`NAME` of the package (default: that of DIR, or of the service)")
	flags.BoolVar(&f.all, "all", false, "generate a client for each service of SOURCE")
	flags.BoolVar(&f.check, "check", false, "exit with 1 if the file in DIR is out of date")
	return cmd
}

func (f *genClientFlags) run(cmd *cobra.Command, sources []string) error {
	if err := f.wants(strings.Join(sources, " ")); err != nil {
		return asUsage(cmd, err)
	}
	ctx, stop := signal.NotifyContext(cmd.Context(), stopSignals()...)
	defer stop()
	found, err := f.find(ctx, cmd, sources)
	if err != nil {
		return err
	}
	if !f.all {
		return f.generate(cmd, found[0], f.folder)
	}
	if err := apart(found); err != nil {
		return err
	}
	var errs []error
	for _, s := range found {
		err := f.generate(cmd, s, filepath.Join(f.folder, clientgen.PackageName("", s.Name)))
		if _, nothing := errors.AsType[*clientgen.NothingError](err); !nothing {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// apart refuses services whose packages would be one, in which each file replaces the other.
func apart(found []clientgen.Service) error {
	first := map[string]string{}
	for _, s := range found {
		pkg := clientgen.PackageName("", s.Name)
		if other, taken := first[pkg]; taken {
			return fmt.Errorf("--all: the services %s and %s would both have the package %s: generate each with --service NAME and -o DIR", other, s.Name, pkg)
		}
		first[pkg] = s.Name
	}
	return nil
}

// generate writes, prints or checks the client of one service.
func (f *genClientFlags) generate(cmd *cobra.Command, s clientgen.Service, folder string) error {
	text, err := clientgen.Generate(s, cmp.Or(f.pkg, clientgen.PackageName(folder, s.Name)))
	if _, nothing := errors.AsType[*clientgen.NothingError](err); nothing {
		return exitWith(exitNotFound, err)
	}
	if err != nil {
		return err
	}
	if folder == "" {
		_, err = cmd.OutOrStdout().Write(text)
		return err
	}
	return place(cmd, filepath.Join(folder, clientgen.FileName(s.Name)), text, f.check, nil)
}

// wants looks at what was typed.
func (f *genClientFlags) wants(source string) error {
	switch {
	case source == "" && f.live == "":
		return errors.New("want a SOURCE, such as ./orders, or --live SERVICE")
	case source != "" && f.live != "":
		return fmt.Errorf("have the source %s and --live %s, want one of them", source, f.live)
	case f.live != "" && !broker.ValidName(f.live):
		return fmt.Errorf("--live: have %q, want the name of a service: 1 to 64 letters, digits, - or _", f.live)
	case f.live != "" && f.service != "":
		return errors.New("--service chooses among the services of a source; --live names one itself")
	case f.all && (f.folder == "" || f.pkg != "" || f.service != "" || f.live != ""):
		return errors.New("--all: want SOURCE and -o DIR; each service gets a package of its own name, so --package, --service and --live do not go with it")
	case f.check && f.folder == "":
		return errors.New("--check: want -o DIR, where the file is")
	case f.pkg != "" && (!token.IsIdentifier(f.pkg) || f.pkg == "main" || f.pkg == "_"):
		return fmt.Errorf("--package: have %q, want the name of a Go package that others can import", f.pkg)
	}
	return nil
}

// find returns the services that clients are generated of, without --all only one.
func (f *genClientFlags) find(ctx context.Context, cmd *cobra.Command, sources []string) ([]clientgen.Service, error) {
	if f.live != "" {
		return f.ask(ctx)
	}
	note := func(string) {}
	if present.IsTerminal(cmd.ErrOrStderr()) { // a program that reads what is printed needs no comfort
		note = newNotes(cmd.ErrOrStderr(), false)
	}
	programs, manifests, err := f.programs(ctx, sources, note)
	if err != nil {
		return nil, err
	}
	var all []clientgen.Service
	for i, m := range manifests {
		for _, d := range m.Services {
			all = append(all, clientgen.Declared(d, programs[i].Root))
		}
	}
	if f.all {
		return all, nil
	}
	return f.choose(cmd, strings.Join(sources, " "), all)
}

// choose returns the service that is meant.
func (f *genClientFlags) choose(cmd *cobra.Command, source string, all []clientgen.Service) ([]clientgen.Service, error) {
	var names []string
	for _, s := range all {
		if s.Name == f.service || f.service == "" && len(all) == 1 {
			return []clientgen.Service{s}, nil
		}
		names = append(names, s.Name)
	}
	if f.service == "" {
		return nil, asUsage(cmd, fmt.Errorf("%s has %d services (%s): choose one with --service NAME, or take all with --all -o DIR", source, len(all), strings.Join(names, ", ")))
	}
	text := fmt.Sprintf("--service: have %q, want one of %s", f.service, strings.Join(names, ", "))
	if hint := suggest.Hint(f.service, names); hint != "" {
		text += "; " + hint
	}
	return nil, exitWith(exitNotFound, errors.New(text))
}

// ask learns of a service from one of its instances.
func (f *genClientFlags) ask(ctx context.Context) ([]clientgen.Service, error) {
	client, err := f.dial(ctx)
	if err != nil {
		return nil, err
	}
	defer client.Close() //nolint:errcheck // the answer is there, or the error is
	conn := client.Connection()
	info, err := conn.Describe(ctx, f.live)
	if errors.Is(err, broker.ErrNoResponders) {
		return nil, missing(ctx, conn, f.live)
	}
	if err != nil {
		return nil, err
	}
	return []clientgen.Service{clientgen.Live(info)}, nil
}
