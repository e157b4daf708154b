package main

import (
	"fmt"
	"regexp"

	"github.com/spf13/cobra"

	"github.com/enoki-go/enoki/cmd/svc/internal/artefact"
)

// secretName is what Kubernetes takes as the name of a Secret.
var secretName = regexp.MustCompile(`^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$`)

func k8sVerb() *cobra.Command {
	f := artefactFlags{anywhere: true}
	var k artefact.Kubernetes
	cmd := &cobra.Command{
		Use:   "k8s [TARGET…] [flags]",
		Short: "Make manifests of Kubernetes for services and what they depend on.",
		Long: "Make manifests of Kubernetes: for each service a Deployment (with --together one for all),\n" +
			"a Service and probes where it has HTTP, and a PodDisruptionBudget; a ConfigMap with what\n" +
			"they are told; NATS with JetStream, and Redis and PostgreSQL where the services depend on\n" +
			"them and a variable of the configuration says where they are. The grace period follows from\n" +
			"drain of the configuration. Secrets are references; the head of config.yaml says how they\n" +
			"are made. Without -o the manifests are printed as one stream for kubectl apply -f -. The\n" +
			"same input gives the same bytes; files that differ are not overwritten without --force.",
		Example: "  svc k8s ./orders --config config.yml -o deploy/k8s --tag 1.2.0\n  svc k8s ./... --replicas 3 --hpa 10 --registry registry.example.com/shop",
		RunE: func(cmd *cobra.Command, targets []string) error {
			if k.Replicas < 1 || k.Most != 0 && k.Most < k.Replicas {
				return asUsage(cmd, fmt.Errorf("--replicas, --hpa: have %d and at most %d, want at least 1, and no more than the most", k.Replicas, k.Most))
			}
			if f.secret != "" && !secretName.MatchString(f.secret) {
				return asUsage(cmd, fmt.Errorf("--credentials: have %q, want the name of a Secret: small letters, digits, dots and dashes", f.secret))
			}
			return f.run(cmd, targets, false, func(a *artefact.Application, _ artefact.Place) ([]artefact.File, error) {
				if err := a.Check(); err != nil {
					return nil, err
				}
				return a.Kubernetes(k)
			})
		},
	}
	f.add(cmd)
	f.addPlace(cmd, "`NAME` of the Secret with user.creds, the credentials for --broker")
	cmd.Flags().IntVar(&k.Replicas, "replicas", 2, "run `N` instances of each program")
	cmd.Flags().IntVar(&k.Most, "hpa", 0, "let a HorizontalPodAutoscaler start up to `N` instances")
	return cmd
}
