package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/enoki-go/enoki/cmd/svc/internal/permission"
	"github.com/enoki-go/enoki/internal/suggest"
)

// permissionsFlags are the flags of svc permissions.
type permissionsFlags struct {
	connectFlags

	service  string
	format   string
	together bool
	made     bool
	nkeys    string
	json     bool
}

// permissionFormats are the values of --format.
var permissionFormats = []string{"nats", "json", "nsc"}

func permissionsVerb() *cobra.Command {
	var f permissionsFlags
	cmd := &cobra.Command{
		Use:   "permissions [TARGET…] [flags]",
		Short: "Print the least NATS permissions that services need.",
		Long: `Print, for each service of the targets (default: ./...), the subjects that it has
to publish and subscribe to for what it declares, as a block for the configuration of
nats-server with the reason behind each line. All else is denied.

The targets are built and asked what they declare; nothing is connected to. Each service
is a user of its own; --together is for services that run in one process.`,
		Example: "  svc permissions ./examples/orders\n" +
			"  svc permissions --service orders --nkeys ./keys > orders.conf\n" +
			"  svc permissions ./... --format nsc",
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd, args) },
	}
	f.addConfig(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.namespace, "namespace", "", "first `TOKEN` of all subjects (else that of the configuration, svc)")
	flags.StringVar(&f.service, "service", "", "only the service of this `NAME`")
	flags.StringVar(&f.format, "format", "nats", "`FORM` of the output: nats, json or nsc")
	flags.BoolVar(&f.together, "together", false, "one user for all services of a program, which run in one process")
	flags.BoolVar(&f.made, "made", false, "all streams exist: nobody may make one")
	flags.StringVar(&f.nkeys, "nkeys", "", "make a key for each user in this `FOLDER`, where there is none, and print\nits public part")
	offerJSON[[]permission.User](cmd, &f.json, "print JSON, as --format json does")
	return cmd
}

func (f *permissionsFlags) run(cmd *cobra.Command, targets []string) error {
	if f.json {
		f.format = "json"
	}
	if !slices.Contains(permissionFormats, f.format) {
		return asUsage(cmd, fmt.Errorf("--format: have %q, want %s", f.format, suggest.List(permissionFormats)))
	}
	if f.nkeys != "" && f.format != "nats" {
		return asUsage(cmd, fmt.Errorf("--nkeys: have --format %s, want nats: only its users have a key in them", f.format))
	}
	if f.together && f.service != "" {
		return asUsage(cmd, errors.New("--service and --together: want one of the two: together is the user of a whole program"))
	}
	users, err := f.users(cmd, targets)
	if err != nil {
		return err
	}
	return f.print(cmd.OutOrStdout(), users)
}

// users returns who needs what.
func (f *permissionsFlags) users(cmd *cobra.Command, targets []string) ([]permission.User, error) {
	options, err := f.options()
	if err != nil {
		return nil, err
	}
	manifests, err := f.declared(cmd.Context(), targets, newNotes(cmd.ErrOrStderr(), false))
	if err != nil {
		return nil, err
	}
	var users []permission.User
	var names []string
	for _, m := range manifests {
		for _, s := range m.Services {
			names = append(names, s.Name)
		}
		if f.together {
			users = append(users, permission.Together(m, options)...)
		} else {
			users = append(users, permission.Of(m, options)...)
		}
	}
	if f.service == "" {
		return users, nil
	}
	return f.only(users, names)
}

// only returns the user of the service that is asked for.
func (f *permissionsFlags) only(users []permission.User, names []string) ([]permission.User, error) {
	if !slices.Contains(names, f.service) {
		return nil, exitWith(exitNotFound, fmt.Errorf("--service: no service %q in the targets; %s",
			f.service, cmp.Or(suggest.Hint(f.service, names), "there are "+suggest.List(names))))
	}
	return slices.DeleteFunc(users, func(u permission.User) bool { return u.Name != f.service }), nil
}

// options reads what of the configuration is part of subjects.
func (f *permissionsFlags) options() (permission.Options, error) {
	broker, err := f.section("broker")
	if err != nil {
		return permission.Options{}, err
	}
	events, err := f.section("events")
	if err != nil {
		return permission.Options{}, err
	}
	namespace, _ := broker["namespace"].(string)
	identity, _ := events["identity"].(string)
	return permission.Options{Namespace: cmp.Or(f.namespace, namespace), Identity: identity, Made: f.made}, nil
}

func (f *permissionsFlags) print(w io.Writer, users []permission.User) error {
	switch f.format {
	case "json":
		return printIndented(w, append([]permission.User{}, users...))
	case "nsc":
		return permission.WriteNSC(w, users)
	}
	keys := make(map[string]string)
	for _, u := range users {
		if f.nkeys == "" {
			break
		}
		key, err := permission.Key(filepath.Join(f.nkeys, u.Name+".nk"))
		if err != nil {
			return err
		}
		keys[u.Name] = key
	}
	return permission.WriteNATS(w, users, keys)
}
