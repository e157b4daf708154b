package artefact

import (
	"cmp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A composedServer is a server of the application, with a volume of its name.
type composedServer struct {
	name    string
	service *yaml.Node
}

func (a *Application) composedServers() (all []composedServer) {
	if a.Broker == "" {
		all = append(all, composedServer{"nats", block(
			"image", "nats:2.12-alpine",
			"command", words("--jetstream", "--store_dir", "/data", "--http_port", "8222"),
			"restart", "unless-stopped",
			"volumes", words("nats:/data"),
			"healthcheck", healthcheck("wget", "-q", "--spider", "http://127.0.0.1:8222/healthz"),
		)})
	}
	if a.holds(redis) {
		all = append(all, composedServer{"redis", block(
			"image", "redis:8-alpine",
			"command", words("redis-server", "--appendonly", "yes"),
			"restart", "unless-stopped",
			"volumes", words("redis:/data"),
			"healthcheck", healthcheck("redis-cli", "ping"),
		)})
	}
	if a.holds(postgres) {
		all = append(all, composedServer{"postgres", a.composedPostgres()})
	}
	return all
}

func healthcheck(command ...string) *yaml.Node {
	return block("test", words(append([]string{"CMD"}, command...)...), "interval", "10s", "timeout", "3s")
}

func (a *Application) composedPostgres() *yaml.Node {
	d := a.database()
	environment := block("POSTGRES_DB", verbatim(d.first()))
	if d.user != "" && d.user != "postgres" {
		environment.Content = append(environment.Content, node("POSTGRES_USER"), node(verbatim(d.user)))
	}
	if d.password != "" {
		environment.Content = append(environment.Content, node("POSTGRES_PASSWORD"), node("${"+d.password+":?a secret, letters and digits}"))
	}
	var configs any
	if d.others() != "" {
		configs = list(block("source", "databases", "target", "/docker-entrypoint-initdb.d/databases.sql"))
	}
	return block(
		"image", "postgres:17-alpine",
		"environment", environment,
		"configs", configs,
		"restart", "unless-stopped",
		"volumes", words("postgres:/var/lib/postgresql/data"),
		"healthcheck", healthcheck("pg_isready", "-U", verbatim(d.admin())),
	)
}

func (d database) admin() string { return cmp.Or(d.user, "postgres") }

func (d database) first() string {
	if len(d.names) == 0 {
		return "postgres"
	}
	return d.names[0]
}

// others makes the databases besides the first.
func (d database) others() string {
	var b strings.Builder
	for _, name := range d.names[min(1, len(d.names)):] {
		b.WriteString("CREATE DATABASE \"" + strings.ReplaceAll(name, `"`, `""`) + "\";\n")
	}
	return b.String()
}

func (a *Application) composedConfigs() any {
	if !a.holds(postgres) || a.database().others() == "" {
		return nil
	}
	return block("databases", block("content", verbatim(a.database().others())))
}

func (a *Application) composedSecrets() any {
	all := block()
	for _, name := range a.files() {
		all.Content = append(all.Content, node(name), block("environment", strings.ToUpper(name)))
	}
	if a.Credentials != "" {
		all.Content = append(all.Content, node(credentialsFile), block("file", verbatim(a.Credentials)))
	}
	if len(all.Content) == 0 {
		return nil
	}
	return all
}
