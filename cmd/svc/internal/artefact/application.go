package artefact

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/enoki-go/enoki/service"
)

// closing is how long a process may take to close after its calls have drained, and
// reserve what is added lest it be killed in its last moment.
const (
	closing = 5 * time.Second
	reserve = 5 * time.Second
)

// An Application is what is deployed together.
type Application struct {
	Name     string    // of images, ConfigMap and Secret
	Programs []Program // in the order of the files
	Config   Config
	Drain    time.Duration     // how long running calls may take at stop
	Tag      string            // version of all images; "" is what the services declare
	Registry string            // before the names of images, without the last slash
	Env      map[string]string // more variables, with their values
	// Broker is the URL of a NATS server that is there already. "" makes one part of the
	// application.
	Broker string
	// Credentials is the name of a Secret with the file user.creds for that broker; "" for
	// none.
	Credentials string
}

// A Program is one image, which runs as one workload.
type Program struct {
	Name     string
	Source   string // text of the main that is generated, for a Dockerfile
	Build    string // package main of the user, relative to the module; "" where it is generated
	Port     int    // of its HTTP server
	Manifest service.Manifest
}

// HTTP reports whether p listens for requests.
func (p Program) HTTP() bool {
	return slices.ContainsFunc(p.Manifest.Services, func(s service.Declared) bool {
		return slices.ContainsFunc(s.Entrypoints, func(e service.DeclaredEntrypoint) bool {
			return e.Kind == "http" || e.Kind == "socket"
		}) || slices.ContainsFunc(s.Dependencies, func(d service.DeclaredDependency) bool { return d.Kind == "gateway" })
	})
}

// secrets returns the names of the secrets that p reads, sorted.
func (p Program) secrets() (all []string) {
	for _, d := range p.dependencies("secret") {
		all = append(all, d.Target)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func (p Program) dependencies(kind string) (all []service.DeclaredDependency) {
	for _, s := range p.Manifest.Services {
		for _, d := range s.Dependencies {
			if d.Kind == kind {
				all = append(all, d)
			}
		}
	}
	return all
}

// serves reports whether one of the programs has HTTP.
func (a *Application) serves() bool { return slices.ContainsFunc(a.Programs, Program.HTTP) }

// image names the image of p: a program that is all of the application has its name.
func (a *Application) image(p Program) string {
	name := a.Name
	if len(a.Programs) > 1 {
		name += "-" + p.Name
	}
	return path.Join(a.Registry, name) + ":" + a.version(p)
}

// noTag is what the tag of an image may not have, as the + of 1.0.0+5.
var noTag = regexp.MustCompile(`[^A-Za-z0-9_.-]`)

func (a *Application) version(p Program) string {
	if a.Tag != "" {
		return a.Tag
	}
	for _, s := range p.Manifest.Services {
		if s.Version != "" {
			return noTag.ReplaceAllString(s.Version, "-")
		}
	}
	return "0.0.0"
}

// grace is how long a process is given to end, in seconds.
func (a *Application) grace() int {
	return int((a.Drain + closing + reserve + time.Second - 1) / time.Second)
}

// Check returns what is wrong with deploying a as it is, all at once.
func (a *Application) Check() error {
	errs := a.clashes()
	for _, p := range a.Programs {
		for _, d := range p.dependencies("sql") {
			if d.Options["engine"] == "sqlite" {
				errs = append(errs, fmt.Errorf("%s stores the database %q in an SQLite file, which would be lost with its container: configure PostgreSQL (databases.%s.url: postgres://…) and name the file with --config",
					p.Name, d.Target, d.Target))
			}
		}
	}
	errs = append(errs, a.unset()...)
	for _, s := range a.Config.servers {
		if s.local() && a.needs(s.kind) {
			errs = append(errs, fmt.Errorf("%s names the %s at %s, which is the container itself: write ${%s_HOST:%s}", s.at, s.kind.label, s.host, strings.ToUpper(s.kind.name), s.host))
		}
	}
	slices.SortFunc(errs, func(x, y error) int { return strings.Compare(x.Error(), y.Error()) })
	return errors.Join(errs...)
}

// clashes finds programs that have the names of what stands beside them: their hosts and
// their files would be the same.
func (a *Application) clashes() (errs []error) {
	beside := map[string]bool{"config": true, "nats": a.Broker == "", redis.name: a.holds(redis), postgres.name: a.holds(postgres)}
	for _, p := range a.Programs {
		if beside[p.Name] {
			errs = append(errs, fmt.Errorf("the program %s would have the name of what stands beside it: give its folder another name, or make one program of all with --together", p.Name))
		}
	}
	return errs
}

// unset finds variables that have no value, and values that no variable has.
func (a *Application) unset() (errs []error) {
	for _, v := range a.Config.variables {
		if _, given := a.Env[v.name]; !given && !v.optional && !v.secret && a.value(v) == "" {
			errs = append(errs, fmt.Errorf("%s asks for ${%s}, which has no default: give it one, or say what it is with --env %s=VALUE", v.at, v.name, v.name))
		}
	}
	for name := range a.Env {
		if !a.Config.asks(name) && !slices.Contains(usual, name) {
			errs = append(errs, fmt.Errorf("--env %s: no configuration file asks for ${%s}", name, name))
		}
	}
	return errs
}

// usual are variables that programs read without being told to.
var usual = []string{"NATS_URL", "REDIS_URL", "SECRETS_DIR", "GOMEMLIMIT", "GOMAXPROCS", "TZ"}
