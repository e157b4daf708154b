package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/enoki-go/enoki/cmd/svc/internal/apispec"
	"github.com/enoki-go/enoki/web/gateway"
)

// openapiFlags are the flags of svc openapi.
type openapiFlags struct {
	connectFlags

	file    string
	yaml    bool
	json    bool
	live    string
	gateway bool
}

func openapiVerb() *cobra.Command {
	var f openapiFlags
	cmd := &cobra.Command{
		Use:   "openapi [TARGET…] [flags]",
		Short: "Print the OpenAPI document of HTTP routes.",
		Long: "Print the OpenAPI 3.1 document of the HTTP routes of targets, the same that they serve\n" +
			"at /openapi.json when they run. Targets are those of svc run. They are built and asked;\n" +
			"nothing starts. With --live it is the document of a server that runs; with --gateway\n" +
			"that of svc gateway, which has the methods of all services on the broker. Exit code 3\n" +
			"means that there are no routes, or nobody listens.",
		Example: "  svc openapi ./api -o openapi.json\n  svc openapi --live http://127.0.0.1:8000 --yaml\n  svc openapi --gateway",
		RunE:    func(cmd *cobra.Command, targets []string) error { return f.run(cmd, targets) },
	}
	f.addBroker(cmd)
	flags := cmd.Flags()
	flags.StringVarP(&f.file, "output", "o", "", "write to this `FILE`")
	flags.BoolVar(&f.yaml, "yaml", false, "print YAML")
	offerJSON[map[string]any](cmd, &f.json, "print JSON, as without --yaml")
	flags.StringVar(&f.live, "live", "", "ask the server at this `URL`")
	flags.BoolVar(&f.gateway, "gateway", false, "describe the methods of all services that run, as svc gateway does")
	return cmd
}

func (f *openapiFlags) run(cmd *cobra.Command, targets []string) error {
	if err := f.check(targets); err != nil {
		return asUsage(cmd, err)
	}
	text, err := f.document(cmd, targets)
	if _, none := errors.AsType[*apispec.NoneError](err); none {
		return exitWith(exitNotFound, err)
	}
	if errors.Is(err, apispec.ErrSeveral) {
		return asUsage(cmd, err)
	}
	if err != nil {
		return err
	}
	return f.print(cmd, text)
}

func (f *openapiFlags) check(targets []string) error {
	switch {
	case f.yaml && f.json:
		return errors.New("have --yaml and --json, want one of them")
	case f.live != "" && f.gateway:
		return errors.New("have --live and --gateway, want one of them")
	case (f.live != "" || f.gateway) && len(targets) > 0:
		return fmt.Errorf("have target %s, but --live and --gateway ask what runs", targets[0])
	case f.live != "":
		if err := apispec.CheckURL(f.live); err != nil {
			return fmt.Errorf("--live: %w", err)
		}
	}
	return nil
}

// document returns it from where the flags say.
func (f *openapiFlags) document(cmd *cobra.Command, targets []string) (json.RawMessage, error) {
	switch {
	case f.live != "":
		return apispec.Fetch(cmd.Context(), f.live)
	case f.gateway:
		return f.ofGateway(cmd.Context())
	}
	manifests, err := f.declared(cmd.Context(), targets, newNotes(cmd.ErrOrStderr(), false))
	if err != nil {
		return nil, err
	}
	return apispec.Of(manifests)
}

func (f *openapiFlags) ofGateway(ctx context.Context) (json.RawMessage, error) {
	client, err := f.dial(ctx)
	if err != nil {
		return nil, err
	}
	defer client.Close() //nolint:errcheck // the answers are there
	text, err := gateway.Document(ctx, client.Connection(), "gateway")
	if err == nil && text == nil {
		return nil, missing(ctx, client.Connection(), "")
	}
	return text, err
}

func (f *openapiFlags) print(cmd *cobra.Command, text json.RawMessage) error {
	var out bytes.Buffer
	if f.yaml {
		yaml, err := apispec.YAML(text)
		if err != nil {
			return err
		}
		out.Write(yaml)
	} else if f.file == "" {
		return printJSON(cmd.OutOrStdout(), text)
	} else if err := json.Indent(&out, text, "", "  "); err != nil {
		return err
	}
	return writeResult(cmd, f.file, out.Bytes())
}

// writeResult writes what a verb has made into a file; to standard output where none is
// named.
func writeResult(cmd *cobra.Command, file string, text []byte) error {
	if file == "" {
		_, err := cmd.OutOrStdout().Write(text)
		return err
	}
	if err := os.WriteFile(file, append(bytes.TrimRight(text, "\n"), '\n'), 0o644); err != nil { //nolint:gosec // what it describes is public
		return fmt.Errorf("-o: %w", err)
	}
	newNotes(cmd.ErrOrStderr(), false)("wrote " + file)
	return nil
}
