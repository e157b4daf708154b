package deploy_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
)

const module = "github.com/enoki-go/enoki"

// What each image of the compose file would hold is built from what Docker would be sent,
// and runs one service: the one that the arguments of the build name.
func TestBuildCommandsMakeTheServices(t *testing.T) {
	t.Parallel()
	sent := send(t, applications(t)[0]) // the others leave out the same, see TestCopiesAreAlike
	for _, name := range applications(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, err := read(name, folder(name))
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range a.compose.Services {
				if !a.ours(s.Image) {
					continue
				}
				build := builder{t, a, sent, filepath.Join(t.TempDir(), "built"), nil}
				for key, value := range s.Build.Args {
					build.args = append(build.args, key+"="+*value)
				}
				build.run()
				build.describes(s.Name)
			}
		})
	}
}

// A builder is a docker build without Docker: the last stage copies one file from the
// first, which is the program.
type builder struct {
	t       *testing.T
	a       *application
	context string // folder
	program string // file that is built
	args    []string
}

// run runs the commands of the first stage, in the folder of the context.
func (b builder) run() {
	b.t.Helper()
	entry := b.a.entrypoint()
	for _, c := range commands[*instructions.RunCommand](b.a.stages[0]) {
		line := strings.ReplaceAll(strings.Join(c.CmdLine, " "), "-o "+entry[0]+" ", "-o "+b.program+" ")
		if line == "go mod download" {
			continue // everything is there
		}
		cmd := exec.CommandContext(b.t.Context(), "sh", "-c", line)
		cmd.Dir, cmd.Env = b.context, slices.Concat(os.Environ(), []string{"GOFLAGS=-buildvcs=false", "GOWORK=off"}, b.args)
		if out, err := cmd.CombinedOutput(); err != nil {
			b.t.Fatalf("%v: %s: %v\n%s", b.args, line, err, out)
		}
	}
}

// describes asks the program what it serves, with the arguments of the image and the
// configuration that it would find there.
func (b builder) describes(service string) {
	b.t.Helper()
	args := slices.Clone(b.a.entrypoint()[1:])
	for _, c := range commands[*instructions.CopyCommand](b.a.last()) {
		if i := slices.Index(args, c.DestPath); i >= 0 && c.From == "" {
			args[i] = filepath.Join(b.context, c.SourcePaths[0])
		}
	}
	cmd := exec.CommandContext(b.t.Context(), b.program, append(args, "--describe")...)
	cmd.Env = b.environment(service)
	var complaints strings.Builder
	cmd.Stderr = &complaints
	text, err := cmd.Output()
	if err != nil {
		b.t.Fatalf("%s: %v\n%s", cmd, err, complaints.String())
	}
	var manifest struct {
		Services []struct{ Package, Name string }
	}
	if err := json.Unmarshal(text, &manifest); err != nil {
		b.t.Fatal(err)
	}
	if want := b.wanted(); len(manifest.Services) == 0 || manifest.Services[0].Package != want {
		b.t.Errorf("%v: have %+v, want a service of %s", b.args, manifest.Services, want)
	}
	b.wantOptions()
}

// environment is what Kubernetes gives the service.
func (b builder) environment(service string) (env []string) {
	b.t.Helper()
	for _, w := range b.a.workloads() {
		for _, c := range w.pod.Spec.Containers {
			if c.Image != b.a.compose.Services[service].Image {
				continue
			}
			values, _ := b.a.environment(c)
			for key, value := range values {
				env = append(env, key+"="+value)
			}
		}
	}
	return env
}

// wanted is the package that is to be served.
func (b builder) wanted() string {
	for _, arg := range b.args {
		if service, ok := strings.CutPrefix(arg, "SERVICE="); ok {
			return path.Join(module, "examples", b.a.name, service)
		}
	}
	return path.Join(module, "examples", b.a.name)
}

// wantOptions checks that a main hands on the Options of its package, as svc run does.
func (b builder) wantOptions() {
	b.t.Helper()
	dir := strings.TrimPrefix(b.wanted(), module+"/")
	if !mentions(b.t, filepath.Join(root, dir, "*.go"), "\nfunc Options() []service.Option {") {
		return
	}
	main := filepath.Join(root, "examples", b.a.name, "deploy", path.Base(dir)+".go")
	if !mentions(b.t, main, path.Base(dir)+".Options()") {
		b.t.Errorf("%s: want %s.Options() among the arguments of service.Main", main, path.Base(dir))
	}
}

func mentions(t *testing.T, files, text string) bool {
	t.Helper()
	names, err := filepath.Glob(files)
	if err != nil || len(names) == 0 {
		t.Fatalf("%s: have %v, %v, want files", files, names, err)
	}
	return slices.ContainsFunc(names, func(name string) bool {
		have, err := os.ReadFile(name)
		return err == nil && strings.Contains(string(have), text)
	})
}
