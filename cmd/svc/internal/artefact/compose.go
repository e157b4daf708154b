package artefact

import (
	"fmt"
	"path"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Compose returns the compose file of a. It lies in the folder of the place, with the
// Dockerfile.
func (a *Application) Compose(at Place) File {
	services := block()
	add := func(name string, service *yaml.Node) {
		services.Content = append(services.Content, node(name), service)
	}
	open := map[int]bool{}
	for _, p := range a.Programs {
		add(p.Name, a.composed(at, p, open))
	}
	var volumes []any
	for _, s := range a.composedServers() {
		add(s.name, s.service)
		volumes = append(volumes, s.name, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null"})
	}
	whole := block("name", a.Name, "services", services, "configs", a.composedConfigs(), "secrets", a.composedSecrets())
	if len(volumes) > 0 {
		whole.Content = append(whole.Content, node("volumes"), block(volumes...))
	}
	comment := "The whole application. Nothing waits for anything else: services start without what\nthey depend on, and connect when they can. From the root of the module:\n  " +
		a.given("=$(openssl rand -hex 32) ") + "docker compose -f " + path.Join(at.Folder, "compose.yml") + " up --build\n"
	return File{"compose.yml", strings.ReplaceAll(documents(comment, whole), ": null\n", ":\n")}
}

// given writes what the shell has to be told of secrets.
func (a *Application) given(value string) string {
	var b strings.Builder
	for _, name := range a.secrets() {
		b.WriteString(name + value)
	}
	for _, name := range a.files() {
		b.WriteString(strings.ToUpper(name) + value)
	}
	return b.String()
}

// composed is the service of a program.
func (a *Application) composed(at Place, p Program, open map[int]bool) *yaml.Node {
	build := block("context", up(at.Folder), "dockerfile", path.Join(at.Folder, "Dockerfile"))
	if len(a.Programs) > 1 {
		build.Content = append(build.Content, node("args"), flow("SERVICE", a.choice(at, p)))
	}
	return block(
		"build", build,
		"image", a.image(p),
		"command", a.arguments("/run/secrets"),
		"environment", a.told(),
		"secrets", a.mounted(p),
		"ports", opened(p, open),
		"restart", "unless-stopped",
		"stop_grace_period", remark(fmt.Sprintf("%ds", a.grace()), a.why()),
		"read_only", true,
		"cap_drop", words("ALL"),
		"security_opt", words("no-new-privileges:true"),
	)
}

// told is the environment of a container.
func (a *Application) told() *yaml.Node {
	environment := block()
	for _, s := range a.environment() {
		environment.Content = append(environment.Content, node(s.name), node(verbatim(s.value)))
	}
	for _, name := range a.secrets() {
		environment.Content = append(environment.Content, node(name), node("${"+name+":?a secret, letters and digits}"))
	}
	return environment
}

// mounted are the secrets that a container has as files, nil for none.
func (a *Application) mounted(p Program) any {
	names := p.secrets()
	if a.Credentials != "" {
		names = append(names, credentialsFile)
	}
	if len(names) == 0 {
		return nil
	}
	return remark(words(names...), "files in /run/secrets")
}

// opened is where the HTTP server of a container is reached, nil without one. It takes the
// first port of this machine that is not open for another.
func opened(p Program, open map[int]bool) any {
	if !p.HTTP() {
		return nil
	}
	outside := p.Port
	for open[outside] {
		outside++
	}
	open[outside] = true
	return words(fmt.Sprintf("127.0.0.1:%d:%d", outside, p.Port))
}

// verbatim writes a text in which docker compose would look for variables.
func verbatim(text string) string { return strings.ReplaceAll(text, "$", "$$") }

// why says where a grace period comes from.
func (a *Application) why() string { return "running calls may take " + shortDuration(a.Drain) }

// up leads from a folder to the root that it is relative to.
func up(folder string) string {
	if folder == "." || folder == "" {
		return "."
	}
	return strings.TrimSuffix(strings.Repeat("../", strings.Count(folder, "/")+1), "/")
}
