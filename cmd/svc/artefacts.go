package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"github.com/enoki-go/enoki/cmd/svc/internal/artefact"
	"github.com/enoki-go/enoki/cmd/svc/internal/launch"
	"github.com/enoki-go/enoki/config"
)

// defaultDeployFolder is where artefacts are taken to lie while they are printed only.
const defaultDeployFolder = "deploy"

// artefactFlags are the flags of svc docker, compose and k8s.
type artefactFlags struct {
	connectFlags

	out      string
	force    bool
	together bool
	name     string
	tag      string
	registry string
	env      []string
	secret   string // of the credentials for the broker
	json     bool
	anywhere bool // the files need not be in the module
}

// add adds what the three verbs have in common.
func (f *artefactFlags) add(cmd *cobra.Command) {
	f.addConfig(cmd)
	flags := cmd.Flags()
	flags.StringVarP(&f.out, "output", "o", "", "write into this `FOLDER` (default: print)")
	flags.BoolVar(&f.force, "force", false, "with -o: replace files that are there with other content")
	flags.BoolVar(&f.together, "together", false, "make one program of all services, as svc run does (else one for each)")
	flags.StringVar(&f.name, "name", "", "`NAME` of the application (default: the folder that its services share)")
	flags.StringVar(&f.tag, "tag", "", "`VERSION` of the images (default: that of the services)")
	flags.StringVar(&f.registry, "registry", "", "`HOST/PATH` that images are pushed to and pulled from")
	offerJSON[[]madeFile](cmd, &f.json, "print a JSON array of files: file, text; with -o: file, state")
}

// addPlace adds what a place to run has besides images.
func (f *artefactFlags) addPlace(cmd *cobra.Command, credentials string) {
	flags := cmd.Flags()
	flags.StringVar(&f.broker, "broker", "", "`URL` of a broker that is there already (else one is part of it all)")
	flags.StringVar(&f.secret, "credentials", "", credentials)
	flags.StringArrayVar(&f.env, "env", nil, "set a variable that the configuration asks for, `NAME=VALUE`; repeatable")
}

// imageTag and registry are parts of the name of an image.
var (
	imageTag = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$`)
	registry = regexp.MustCompile(`^[A-Za-z0-9.-]+(:[0-9]+)?(/[a-z0-9._-]+)*$`)
)

func (f *artefactFlags) check() error {
	switch u, err := url.Parse(f.broker); {
	case f.force && f.out == "":
		return errors.New("--force: nothing is written without -o")
	case f.tag != "" && !imageTag.MatchString(f.tag):
		return fmt.Errorf("--tag: have %q, want a tag of an image: letters, digits, _ . -", f.tag)
	case f.registry != "" && !registry.MatchString(f.registry):
		return fmt.Errorf("--registry: have %q, want HOST/PATH, for example registry.example.com/shop", f.registry)
	case f.broker != "" && (err != nil || u.Host == ""):
		return errors.New("--broker: want a URL, for example nats://broker.example.com:4222")
	case f.broker != "" && config.Redact(f.broker) != f.broker:
		return errors.New("--broker: the URL holds a password, which would stand in a file: leave it out, and use --credentials")
	case f.secret != "" && f.broker == "":
		return errors.New("--credentials: they are for a broker that is there already, which --broker names")
	}
	return nil
}

// variables reads --env.
func (f *artefactFlags) variables() (map[string]string, error) {
	all := make(map[string]string)
	for _, e := range f.env {
		name, value, found := strings.Cut(e, "=")
		if !found || name == "" {
			return nil, fmt.Errorf("--env: have %q, want NAME=VALUE", e)
		}
		if config.Secret(name) {
			return nil, fmt.Errorf("--env %s: a secret would stand in a file; the files say how it is given", name)
		}
		if config.Redact(value) != value {
			return nil, fmt.Errorf("--env %s: the URL holds a password, which would stand in a file: write ${NAME} in its place in a configuration file", name)
		}
		all[name] = value
	}
	return all, nil
}

// run gathers an application, and prints or writes what files makes of it. The Dockerfile
// is in the output folder, or above it where that is called sub.
func (f *artefactFlags) run(cmd *cobra.Command, targets []string, mains bool, files func(*artefact.Application, artefact.Place) ([]artefact.File, error)) error {
	env, err := f.variables()
	if err := errors.Join(f.check(), err); err != nil {
		return asUsage(cmd, err)
	}
	ctx, stop := signal.NotifyContext(cmd.Context(), stopSignals()...)
	defer stop()
	builder, err := newBuilder()
	if err != nil {
		return err
	}
	note := newNotes(cmd.ErrOrStderr(), f.json)
	a, at, err := f.gather(ctx, builder, targets, mains, note)
	if err != nil {
		return interrupted(ctx, err)
	}
	a.Env = env
	all, err := files(a, at)
	if err != nil {
		return err
	}
	for _, text := range a.Notes() {
		note(text)
	}
	return f.deliver(cmd, f.folder(builder.Cwd), all)
}

// gather finds and builds the programs of an application.
func (f *artefactFlags) gather(ctx context.Context, builder launch.Builder, targets []string, mains bool, note func(string)) (*artefact.Application, artefact.Place, error) {
	wanted := artefact.Wanted{Targets: targets, Together: f.together, Files: f.files, Defines: f.defines, Name: f.name, Mains: mains}
	if !f.anywhere {
		wanted.Folder = f.folder(builder.Cwd)
	}
	defer noteSlow(note).Stop()
	a, at, err := artefact.Gather(ctx, builder, wanted)
	if err != nil {
		return nil, at, err
	}
	a.Tag, a.Registry, a.Broker, a.Credentials = f.tag, f.registry, f.broker, f.secret
	return a, at, nil
}

// folder is where the files lie, or will.
func (f *artefactFlags) folder(cwd string) string {
	folder := f.out
	if folder == "" {
		folder = defaultDeployFolder
	}
	if filepath.IsAbs(folder) {
		return folder
	}
	return filepath.Join(cwd, folder)
}

func (f *artefactFlags) deliver(cmd *cobra.Command, folder string, files []artefact.File) error {
	if f.out == "" {
		return f.show(cmd.OutOrStdout(), files)
	}
	states, err := artefact.Write(folder, files, f.force)
	if err != nil {
		return err
	}
	return printFiles(cmd.OutOrStdout(), f.json, f.out, files, states)
}

// show prints files in turn: manifests of Kubernetes as one stream of documents.
func (f *artefactFlags) show(out io.Writer, files []artefact.File) error {
	if f.json {
		all := make([]madeFile, len(files))
		for i, file := range files {
			all[i] = madeFile{File: file.Path, Text: file.Text}
		}
		return printValue(out, all)
	}
	for i, file := range files {
		text := file.Text
		if i > 0 {
			text = "---\n" + text
		}
		if _, err := io.WriteString(out, text); err != nil {
			return err
		}
	}
	return nil
}
