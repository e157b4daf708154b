package artefact

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A kind is a sort of server that services depend on.
type kind struct {
	name  string // of its host
	label string // for people
}

var (
	redis    = kind{"redis", "Redis"}
	postgres = kind{"postgres", "PostgreSQL"}
)

func kindOf(scheme string) (kind, bool) {
	switch scheme {
	case "redis", "rediss":
		return redis, true
	case "postgres", "postgresql":
		return postgres, true
	default:
		return kind{}, false
	}
}

// needs reports whether a program depends on a server of the kind.
func (a *Application) needs(k kind) bool {
	dependency := map[kind]string{redis: "redis", postgres: "sql"}[k]
	return slices.ContainsFunc(a.Programs, func(p Program) bool { return len(p.dependencies(dependency)) > 0 })
}

// holds reports whether a server of the kind is part of the application: one that the
// files name elsewhere is not.
func (a *Application) holds(k kind) bool {
	if !a.needs(k) {
		return false
	}
	if k == redis && !a.names(redis) {
		return true // which services look for by REDIS_URL
	}
	return slices.ContainsFunc(a.Config.servers, func(s server) bool { return s.kind == k && s.hostVar != "" && a.Env[s.hostVar] == "" })
}

func (a *Application) names(k kind) bool {
	return slices.ContainsFunc(a.Config.servers, func(s server) bool { return s.kind == k })
}

// value is what a variable is where the application runs, "" for its default.
func (a *Application) value(v variable) string {
	if v.web && a.serves() {
		return "0.0.0.0"
	}
	for _, s := range a.Config.servers {
		if s.hostVar == v.name && a.needs(s.kind) {
			return s.kind.name
		}
	}
	return ""
}

// A setting is a variable with its value.
type setting struct{ name, value string }

// environment is what every program finds, besides its secrets; NATS_URL first.
func (a *Application) environment() []setting {
	all := map[string]string{}
	for _, v := range a.Config.variables {
		if value := a.value(v); value != "" && !v.secret {
			all[v.name] = value
		}
	}
	if a.needs(redis) && !a.names(redis) {
		all["REDIS_URL"] = "redis://redis:6379/0"
	}
	all["NATS_URL"] = "nats://nats:4222"
	if a.Broker != "" {
		all["NATS_URL"] = a.Broker
	}
	maps.Copy(all, a.Env)
	settings := []setting{{"NATS_URL", all["NATS_URL"]}}
	delete(all, "NATS_URL")
	for _, name := range slices.Sorted(maps.Keys(all)) {
		settings = append(settings, setting{name, all[name]})
	}
	return settings
}

// secrets are the variables that must not stand in a file.
func (a *Application) secrets() (names []string) {
	for _, v := range a.Config.variables {
		if v.secret && a.Env[v.name] == "" {
			names = append(names, v.name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// files are the secrets that programs read from /run/secrets.
func (a *Application) files() (names []string) {
	for _, p := range a.Programs {
		names = append(names, p.secrets()...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// A database is what a PostgreSQL of the application holds.
type database struct {
	user, password string // a variable has the password
	names          []string
}

func (a *Application) database() (d database) {
	for _, s := range a.Config.servers {
		if s.kind != postgres || s.hostVar == "" {
			continue
		}
		d.user, d.password = cmp.Or(d.user, s.user), cmp.Or(d.password, s.password)
		if s.database != "" && !slices.Contains(d.names, s.database) {
			d.names = append(d.names, s.database)
		}
	}
	return d
}

// Notes says what is left for those who deploy a.
func (a *Application) Notes() (notes []string) {
	if a.needs(postgres) && !a.names(postgres) {
		notes = append(notes, "no URL in a configuration file says where PostgreSQL is: none is part of the files")
	}
	if a.holds(postgres) && a.database().password == "" {
		notes = append(notes, "the URL of PostgreSQL has no variable for its password: write ${DB_PASSWORD:}")
	}
	for _, at := range a.Config.literal {
		notes = append(notes, at+" holds a secret itself, and the image holds the file: write ${NAME:} there, with a name of your own")
	}
	for _, p := range a.Programs {
		for _, s := range p.Manifest.Services {
			if s.Version == "0.0.0" && a.Tag == "" {
				notes = append(notes, fmt.Sprintf("%s declares no version, so its image is %s: name one with --tag, or in the struct (_ service.Name `version:\"1.0.0\"`)", s.Name, a.image(p)))
			}
		}
	}
	if needed := append(a.secrets(), a.files()...); len(needed) > 0 {
		notes = append(notes, "secrets stand in no file; the head of each says how they are given: "+strings.Join(needed, ", "))
	}
	return notes
}
