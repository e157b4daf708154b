package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/enoki-go/enoki/rpc"
)

// versions is what svc version prints.
type versions struct {
	Svc      string `json:"svc"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
	Protocol int    `json:"protocol"`
}

func versionVerb() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "version [flags]",
		Short:   "Print the versions of svc, Go and the protocol.",
		Example: "  svc version\n  svc version --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			v := thisVersion()
			if asJSON {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(v)
			}
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "svc %s\n%s %s\nprotocol %d\n", v.Svc, v.Go, v.Platform, v.Protocol)
			return err
		},
	}
	offerJSON[versions](cmd, &asJSON, "print JSON: {svc, go, platform, protocol}")
	return cmd
}

func thisVersion() versions {
	v := versions{Svc: "(devel)", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH, Protocol: rpc.ProtocolVersion}
	if info, ok := debug.ReadBuildInfo(); ok {
		v.Svc = cmp.Or(info.Main.Version, v.Svc)
		v.Go = cmp.Or(info.GoVersion, v.Go)
	}
	return v
}
