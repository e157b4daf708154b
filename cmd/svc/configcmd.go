package main

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/enoki-go/enoki/config"
)

func configVerb() *cobra.Command {
	var f connectFlags
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "config [flags]",
		Short: "Print the effective configuration.",
		Long: "Print the effective configuration as YAML: all files merged, environment variables\n" +
			"substituted, --define applied, secrets redacted.",
		Example: "  svc config --config config.yml\n  svc config --config base.yml --config prod.yml --define workers=20",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := f.load()
			if err != nil {
				return err
			}
			return printConfig(cmd.OutOrStdout(), cfg, asJSON)
		},
	}
	f.addConfig(cmd)
	offerJSON[map[string]any](cmd, &asJSON, "print JSON: the whole tree as one object")
	return cmd
}

func printConfig(out io.Writer, cfg *config.Config, asJSON bool) error {
	if asJSON {
		text, err := cfg.JSON()
		if err != nil {
			return err
		}
		return printJSON(out, text)
	}
	text, err := cfg.YAML()
	if err != nil {
		return err
	}
	_, err = out.Write(text)
	return err
}
