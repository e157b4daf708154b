package main

import (
	"github.com/spf13/cobra"

	"github.com/enoki-go/enoki/cmd/svc/internal/artefact"
)

func dockerVerb() *cobra.Command {
	var f artefactFlags
	cmd := &cobra.Command{
		Use:   "docker [TARGET…] [flags]",
		Short: "Make a Dockerfile for services.",
		Long: "Make a Dockerfile for services. The image is built with Go alone, without svc: two stages,\n" +
			"no shell, certificates and time zones, a user that is not root. Each service is an image of\n" +
			"its own, chosen by --build-arg SERVICE, or with --together all are one. With -o the mains\n" +
			"that svc generates and Dockerfile.dockerignore are written beside it; without, the\n" +
			"Dockerfile is printed, as it would be in ./" + defaultDeployFolder + ". Files of --config are copied into\n" +
			"the image. The same input gives the same bytes; files that differ are not overwritten\n" +
			"without --force.",
		Example: "  svc docker ./orders --config config.yml -o deploy\n  svc docker ./... --together",
		RunE: func(cmd *cobra.Command, targets []string) error {
			return f.run(cmd, targets, true, func(a *artefact.Application, at artefact.Place) ([]artefact.File, error) {
				files, err := a.Docker(at)
				if err == nil && f.out == "" && !f.json {
					newNotes(cmd.ErrOrStderr(), false)("this is the Dockerfile alone; svc docker -o " + defaultDeployFolder + " writes what it is built with, too")
					files = files[len(files)-2 : len(files)-1]
				}
				return files, err
			})
		},
	}
	f.add(cmd)
	return cmd
}
