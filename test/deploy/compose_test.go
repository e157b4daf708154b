package deploy_test

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
)

// required is how a compose file asks for what has no default.
var required = regexp.MustCompile(`\$\{(\w+):\?`)

// readCompose reads a compose file as docker compose does, by its schema, with nothing in
// the environment but what has to be there.
func (a *application) readCompose(text []byte) (err error) {
	environment := types.Mapping{}
	for _, match := range required.FindAllStringSubmatch(string(text), -1) {
		environment[match[1]] = "given"
	}
	a.compose, err = loader.LoadWithContext(context.Background(), types.ConfigDetails{
		WorkingDir:  "/src/examples/" + a.name + "/deploy",
		ConfigFiles: []types.ConfigFile{{Filename: "compose.yml", Content: text}},
		Environment: environment,
	})
	return err
}

// checkCompose checks what docker compose would run.
func (a *application) checkCompose() (wrong []string) {
	for _, name := range a.compose.ServiceNames() {
		s := a.compose.Services[name]
		if len(s.DependsOn) > 0 {
			wrong = append(wrong, "compose: "+name+" waits for others (depends_on)")
		}
		if tag := s.Image[strings.LastIndexByte(s.Image, ':')+1:]; tag == s.Image || tag == "latest" {
			wrong = append(wrong, fmt.Sprintf("compose: %s has the image %q, want a version", name, s.Image))
		}
		if a.ours(s.Image) {
			wrong = append(wrong, a.checkComposed(s)...)
		} else if s.HealthCheck == nil || s.HealthCheck.Disable || len(s.Volumes) == 0 {
			wrong = append(wrong, "compose: "+name+" wants a healthcheck, and a volume for what it stores")
		}
	}
	return wrong
}

// checkComposed checks a service of the application.
func (a *application) checkComposed(s types.ServiceConfig) (wrong []string) {
	who := "compose: " + s.Name
	if len(s.Entrypoint)+len(s.Command) > 0 {
		wrong = append(wrong, who+" runs a command in place of the service")
	}
	if s.StopGracePeriod == nil || time.Duration(*s.StopGracePeriod) <= leaving*time.Second {
		wrong = append(wrong, fmt.Sprintf("%s: stop_grace_period has to be more than %d s", who, leaving))
	}
	if !s.ReadOnly || !slices.Contains(s.CapDrop, "ALL") {
		wrong = append(wrong, who+" may write to its image, or has capabilities")
	}
	if want := "examples/" + a.name + "/deploy/Dockerfile"; s.Build == nil || s.Build.Context != "/src" || s.Build.Dockerfile != want {
		wrong = append(wrong, who+" is not built by "+want+" at the root of the module")
	}
	env := make(map[string]string)
	for key, value := range s.Environment {
		if value != nil {
			env[key] = *value
		}
	}
	return append(wrong, a.checkEnvironment(who, env, a.composes)...)
}

// composes reports whether a service of the compose file has that name. All its ports are
// open to the others.
func (a *application) composes(host, _ string) bool {
	_, there := a.compose.Services[host]
	return there
}
