package main

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/enoki-go/enoki/cmd/svc/internal/launch"
	"github.com/enoki-go/enoki/cmd/svc/internal/present"
	"github.com/enoki-go/enoki/service"
)

func describeVerb() *cobra.Command {
	var f connectFlags
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "describe [TARGET…] [flags]",
		Short: "Print what services declare.",
		Long: "Print what the services of targets declare: their entrypoints with addresses and\n" +
			"signatures, and what they depend on; at a terminal as a table, elsewhere as JSON, which\n" +
			"has the schemas, too, and which svc contract diff compares. Targets are those of svc\n" +
			"run. They are built and asked; nothing starts, and no broker is needed. The HTTP API is\n" +
			"in documents.openapi, unless several programs have one: svc openapi prints that of each.",
		Example: "  svc describe ./orders\n  svc describe ./... --json > contract.json",
		RunE: func(cmd *cobra.Command, targets []string) error {
			manifests, err := f.declared(cmd.Context(), targets, newNotes(cmd.ErrOrStderr(), false))
			if err != nil {
				return err
			}
			m := launch.Merge(manifests)
			if !asJSON && present.IsTerminal(cmd.OutOrStdout()) {
				return printManifest(cmd.OutOrStdout(), m)
			}
			return printValue(cmd.OutOrStdout(), m)
		},
	}
	f.addConfig(cmd)
	cmd.Flags().StringVar(&f.namespace, "namespace", "", "first `TOKEN` of all subjects (default: svc)")
	offerJSON[service.Manifest](cmd, &asJSON, "print JSON at a terminal, too: {services, documents}")
	return cmd
}

// printManifest prints a paragraph for each service.
func printManifest(out io.Writer, m service.Manifest) error {
	var text bytes.Buffer
	for i, s := range m.Services {
		if i > 0 {
			_, _ = fmt.Fprintln(&text)
		}
		_, _ = fmt.Fprintf(&text, "%s %s  %s.%s, %d workers\n", s.Name, s.Version, s.Package, s.Type, s.Workers)
		w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
		for _, e := range s.Entrypoints {
			row(w, e.Kind, cmp.Or(e.Name, e.Method), e.Address, e.Signature)
		}
		_ = w.Flush() // a buffer takes all
		for _, d := range s.Dependencies {
			row(w, "needs "+cmp.Or(d.Kind, "-"), d.Field, d.Target, d.Type)
		}
		_ = w.Flush()
	}
	_, err := out.Write(blanksAtEnd.ReplaceAll(text.Bytes(), nil))
	return err
}

func row(w io.Writer, cells ...string) {
	_, _ = fmt.Fprint(w, " ")
	for i, c := range cells {
		if i > 0 {
			_, _ = fmt.Fprint(w, "\t")
		}
		_, _ = fmt.Fprint(w, " "+present.Safe(cmp.Or(c, "-")))
	}
	_, _ = fmt.Fprintln(w)
}
