package deploy_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"sigs.k8s.io/yaml"
)

// root is the checkout.
const root = "../.."

// An application is an example that can be deployed, as its files say.
type application struct {
	name      string // of its folder
	stages    []instructions.Stage
	compose   *types.Project
	objects   []object // of Kubernetes
	variables []variable
}

// A variable of the environment is what a configuration file asks for.
type variable struct {
	name       string
	hasDefault bool
}

// applications are the names of the examples with a folder deploy.
func applications(t *testing.T) (names []string) {
	t.Helper()
	folders, err := filepath.Glob(root + "/examples/*/deploy")
	if err != nil || len(folders) == 0 {
		t.Fatalf("have %v, %v, want folders examples/*/deploy", folders, err)
	}
	for _, folder := range folders {
		names = append(names, filepath.Base(filepath.Dir(folder)))
	}
	return names
}

func folder(name string) fs.FS { return os.DirFS(filepath.Join(root, "examples", name)) }

// read parses the files of an application; what those who run them would refuse is an
// error.
func read(name string, files fs.FS) (*application, error) {
	a := &application{name: name}
	for _, part := range []struct {
		file string
		read func(text []byte) error
	}{
		{"deploy/Dockerfile", a.readDockerfile},
		{"deploy/compose.yml", a.readCompose},
		{"config.yml", a.readVariables},
	} {
		text, err := fs.ReadFile(files, part.file)
		if err == nil {
			err = part.read(text)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", part.file, err)
		}
	}
	return a, a.readObjects(files)
}

var placeholder = regexp.MustCompile(`\$\{(\w+)(:[^}]*)?\}`)

// readVariables reads a configuration file, without its comments.
func (a *application) readVariables(text []byte) error {
	bare, err := yaml.YAMLToJSON(text)
	for _, match := range placeholder.FindAllStringSubmatch(string(bare), -1) {
		a.variables = append(a.variables, variable{match[1], match[2] != ""})
	}
	return err
}

// ours reports whether an image is one of the application: those are named after it.
func (a *application) ours(image string) bool {
	repository, _, _ := strings.Cut(image, ":")
	return repository == a.name || strings.HasPrefix(repository, a.name+"-")
}

// usual are variables that every service reads.
var usual = []string{"NATS_URL"}

// checkEnvironment checks what a process finds, and whether somebody answers there.
func (a *application) checkEnvironment(who string, env map[string]string, answers func(host, port string) bool) (wrong []string) {
	known := slices.Clone(usual)
	for _, v := range a.variables {
		known = append(known, v.name)
		if _, set := env[v.name]; !set && !v.hasDefault {
			wrong = append(wrong, who+": "+v.name+" is not set, and has no default in config.yml")
		}
	}
	for _, name := range usual {
		if env[name] == "" {
			wrong = append(wrong, who+": "+name+" is not set")
		}
	}
	for name, value := range env {
		if !slices.Contains(known, name) {
			wrong = append(wrong, who+": "+name+" is set, but config.yml does not ask for it")
		}
		if host, port := place(name, value); host != "" && !answers(host, port) {
			wrong = append(wrong, fmt.Sprintf("%s: %s is %s, where nobody answers", who, name, value))
		}
	}
	return wrong
}

// place returns which server a variable names, "" for none.
func place(name, value string) (host, port string) {
	if name == "WEB_HOST" || !strings.HasSuffix(name, "_HOST") && !strings.HasSuffix(name, "_URL") {
		return "", ""
	}
	_, address, found := strings.Cut(value, "://")
	if !found {
		address = value
	}
	address = address[strings.LastIndexByte(address, '@')+1:]
	address, _, _ = strings.Cut(address, "/")
	host, port, _ = strings.Cut(address, ":")
	return host, port
}

func TestDeploymentIsSound(t *testing.T) {
	t.Parallel()
	for _, name := range applications(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, err := read(name, folder(name))
			if err != nil {
				t.Fatal(err)
			}
			for _, wrong := range a.check() {
				t.Error(wrong)
			}
		})
	}
}

// check returns what is wrong with an application, one sentence each.
func (a *application) check() []string {
	return slices.Concat(a.checkDockerfile(), a.checkCompose(), a.checkWorkloads(), a.checkServices(), a.checkImages())
}

// checkImages compares what Kubernetes and compose run.
func (a *application) checkImages() (wrong []string) {
	var there, here []string
	for _, w := range a.workloads() {
		for _, c := range w.pod.Spec.Containers {
			there = append(there, c.Image)
		}
	}
	for _, s := range a.compose.Services {
		here = append(here, s.Image)
	}
	slices.Sort(there)
	slices.Sort(here)
	if !slices.Equal(there, here) {
		wrong = append(wrong, fmt.Sprintf("Kubernetes runs the images %v, and compose %v", there, here))
	}
	return wrong
}
