package deploy_test

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

// readDockerfile reads a Dockerfile as docker build does.
func (a *application) readDockerfile(text []byte) error {
	result, err := parser.Parse(bytes.NewReader(text))
	if err != nil {
		return err
	}
	a.stages, _, err = instructions.Parse(result.AST, nil)
	return err
}

// commands returns the instructions of a kind in a stage.
func commands[T instructions.Command](s instructions.Stage) (all []T) {
	for _, c := range s.Commands {
		if c, ok := c.(T); ok {
			all = append(all, c)
		}
	}
	return all
}

// last is the stage that becomes the image.
func (a *application) last() instructions.Stage { return a.stages[len(a.stages)-1] }

// somebody is a user that Kubernetes sees not to be root: a number.
var somebody = regexp.MustCompile(`^[1-9]\d*(:[1-9]\d*)?$`)

// checkDockerfile checks what the image is.
func (a *application) checkDockerfile() (wrong []string) {
	if len(a.stages) < 2 {
		wrong = append(wrong, "Dockerfile: has one stage, so the image holds the compiler")
	}
	for _, s := range a.stages {
		if !strings.Contains(s.BaseName, ":") || strings.HasSuffix(s.BaseName, ":latest") {
			wrong = append(wrong, fmt.Sprintf("Dockerfile: is built from %q, want a version", s.BaseName))
		}
		if len(commands[*instructions.AddCommand](s)) > 0 {
			wrong = append(wrong, "Dockerfile: has ADD, want COPY")
		}
	}
	users := commands[*instructions.UserCommand](a.last())
	if len(users) != 1 || !somebody.MatchString(users[0].User) {
		wrong = append(wrong, "Dockerfile: the last stage has to name the number of a user that is not root")
	}
	if runs := commands[*instructions.RunCommand](a.last()); len(runs) > 0 {
		wrong = append(wrong, "Dockerfile: runs "+strings.Join(runs[0].CmdLine, " ")+" in an image without a shell")
	}
	if entry := a.entrypoint(); len(entry) < 2 {
		wrong = append(wrong, "Dockerfile: want an ENTRYPOINT in JSON, so that the service gets the signals itself")
	} else if !slices.Contains(a.copied(), entry[0]) {
		wrong = append(wrong, "Dockerfile: nothing copies "+entry[0])
	}
	return wrong
}

// entrypoint is what a container runs, nil where a shell would.
func (a *application) entrypoint() []string {
	all := commands[*instructions.EntrypointCommand](a.last())
	if len(all) != 1 || all[0].PrependShell {
		return nil
	}
	return all[0].CmdLine
}

// copied are the files of the image that are put there.
func (a *application) copied() (paths []string) {
	for _, c := range commands[*instructions.CopyCommand](a.last()) {
		paths = append(paths, c.DestPath)
	}
	return paths
}
