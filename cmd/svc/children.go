package main

import (
	"os"
	"strconv"
	"strings"

	"github.com/enoki-go/enoki/cmd/svc/internal/console"
	"github.com/enoki-go/enoki/cmd/svc/internal/launch"
	"github.com/enoki-go/enoki/cmd/svc/internal/supervise"
)

// processes lists what to run: every program, as many times as there are
// instances.
func (f *runFlags) processes(programs []launch.Program, binaries []string, where address, redis string) []supervise.Process {
	var all []supervise.Process
	for i, p := range programs {
		for n := range f.instances {
			all = append(all, supervise.Process{
				Label:   label(p.Name, len(programs), n+1, f.instances),
				Name:    p.Name,
				Path:    binaries[i],
				Args:    f.childArgs(where, n),
				Env:     childEnv(where, redis),
				Key:     f.place(p) + " " + strconv.Itoa(n),
				Program: f.place(p),
			})
		}
	}
	return all
}

// place tells a program from the others, also when its source has changed.
func (f *runFlags) place(p launch.Program) string {
	if f.isolate && p.Main == "" {
		return p.Root + " " + strings.Join(p.Services(), " ")
	}
	return p.Place()
}

// label tells apart what runs side by side, and nothing more.
func label(name string, programs, n, instances int) string {
	switch {
	case programs == 1 && instances == 1:
		return ""
	case programs == 1:
		return strconv.Itoa(n)
	case instances == 1:
		return name
	default:
		return name + " " + strconv.Itoa(n)
	}
}

// childArgs writes the flags of service.Main for the nth instance of a program, from
// 0. Each has a port of its own, unless a --define of the user's says otherwise.
func (f *runFlags) childArgs(where address, n int) []string {
	var args []string
	if f.instances > 1 {
		args = append(args, "--define", "web.offset="+strconv.Itoa(n))
	}
	args = append(append(args, f.configArgs()...), "--broker", where.argument())
	if f.drain != 0 {
		args = append(args, "--drain", f.drain.String())
	}
	if f.port != 0 {
		args = append(args, "--port", strconv.Itoa(f.port))
	}
	if f.log.Format != console.Text {
		args = append(args, "--json")
	}
	return args
}

// argument keeps a password out of the list of processes: the child reads it
// from its environment.
func (a address) argument() string {
	if a.secret() {
		return "${NATS_URL}"
	}
	return a.url
}

// childEnv is what a child is told besides its flags; nil is the environment of svc. An
// empty URL of Redis tells it nothing.
func childEnv(a address, redis string) []string {
	env := os.Environ()
	told := len(env)
	if a.secret() {
		env = append(env, "NATS_URL="+a.url)
	}
	if redis != "" {
		env = append(env, "REDIS_URL="+redis)
	}
	if len(env) == told {
		return nil
	}
	return env
}
