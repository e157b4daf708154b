package main

import (
	"github.com/spf13/cobra"

	"github.com/enoki-go/enoki/cmd/svc/internal/artefact"
)

func composeVerb() *cobra.Command {
	var f artefactFlags
	cmd := &cobra.Command{
		Use:   "compose [TARGET…] [flags]",
		Short: "Make a compose file for services and what they depend on.",
		Long: "Make a compose file: each service as a container of its own (with --together all in one),\n" +
			"NATS with JetStream, and Redis and PostgreSQL where the services depend on them and a\n" +
			"variable of the configuration says where they are. The images are built by the Dockerfile\n" +
			"that svc docker writes into the same folder. Secrets stand in no file: docker compose asks\n" +
			"the environment for them. The same input gives the same bytes; a file that differs is not\n" +
			"overwritten without --force.",
		Example: "  svc compose ./orders --config config.yml -o deploy\n  svc compose ./... --together --tag 1.2.0",
		RunE: func(cmd *cobra.Command, targets []string) error {
			return f.run(cmd, targets, false, func(a *artefact.Application, at artefact.Place) ([]artefact.File, error) {
				return []artefact.File{a.Compose(at)}, a.Check()
			})
		},
	}
	f.add(cmd)
	f.addPlace(cmd, "`FILE` with the credentials for --broker, relative to the compose file")
	return cmd
}
