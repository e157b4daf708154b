package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"
)

// pageMode is a page that is asked for.
type pageMode struct{ name, path string }

var pageModes = []pageMode{
	{fmt.Sprintf("raw/%d", connections), rawPath},
	{fmt.Sprintf("typed/%d", connections), helloPath + helloName},
}

// benchHTTP measures HTTP servers and prints it to out; progress goes to errs.
func benchHTTP(ctx context.Context, o options, out, errs io.Writer) error {
	wrk, err := findWrk()
	if err != nil {
		return err
	}
	r := report{Machine: thisMachine(), Repeat: o.command()}
	r.Machine.HTTP = "chi " + moduleVersion("github.com/go-chi/chi/v5") + ", wrk " + wrkVersion(ctx, wrk)
	a := arena{options: o, wrk: wrk, progress: progress{errs}, servers: make(map[string]*process)}
	defer a.close()
	for _, m := range pageModes {
		rows, err := a.measure(ctx, m)
		if err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
		r.Pages = append(r.Pages, rows...)
	}
	if len(r.Pages) == 0 {
		return fmt.Errorf("-run %q matches nothing; with -http it is matched with \"<mode> <contestant>\", such as \"%s enoki-http\"", o.run, pageModes[0].name)
	}
	return r.print(out, o.format())
}

// moduleVersion returns the version of a module that is linked in.
func moduleVersion(path string) string {
	info, _ := debug.ReadBuildInfo()
	if info == nil {
		return "unknown"
	}
	for _, m := range info.Deps {
		if m.Path == path {
			return m.Version
		}
	}
	return "unknown"
}

// arena is where HTTP servers meet: each is a process that waits while it is not its
// turn; wrk is started for every round.
type arena struct {
	options  options
	wrk      string
	progress progress
	servers  map[string]*process
}

func (a *arena) close() {
	for _, p := range a.servers {
		p.stop()
	}
}

// measure compares in one mode the contestants that the options select to the first
// one.
func (a *arena) measure(ctx context.Context, m pageMode) ([]row, error) {
	base, others := pages[0].name, []string(nil)
	for _, c := range pages[1:] {
		if a.options.run.MatchString(m.name + " " + c.name) {
			others = append(others, c.name)
		}
	}
	if len(others) == 0 && !a.options.run.MatchString(m.name+" "+base) {
		return nil, nil
	}
	samples, err := a.interleave(ctx, m, base, others)
	if err != nil {
		return nil, err
	}
	rows := []row{newPageRow(m.name, base, samples, steadiness)}
	for _, name := range others {
		rows = append(rows, newPageRow(m.name, name, samples, ratios))
	}
	return rows, a.profile(ctx, m, append([]string{base}, others...))
}

// newPageRow is newRow without a broker.
func newPageRow(mode, name string, samples []sample, relative func([]sample, string, metric) []float64) row {
	r := newRow(mode, name, samples, relative)
	r.BrokerCPU = spread{}
	return r
}

// interleave plays the rounds of a mode, after one of each contestant that only warms
// up.
func (a *arena) interleave(ctx context.Context, m pageMode, base string, others []string) ([]sample, error) {
	for _, name := range append([]string{base}, others...) {
		if _, err := a.sample(ctx, m, name); err != nil {
			return nil, err
		}
	}
	turns := schedule(base, others, a.options.rounds)
	samples := make([]sample, len(turns))
	for i, name := range turns {
		var err error
		if samples[i], err = a.sample(ctx, m, name); err != nil {
			return nil, err
		}
		a.progress.say("%-9s %3d/%d  %-23s %8.0f/s", m.name, i+1, len(turns), name, samples[i].Rate)
	}
	return samples, nil
}

// sample is one round of one contestant. What it used is per request.
func (a *arena) sample(ctx context.Context, m pageMode, name string) (sample, error) {
	server, err := a.server(ctx, name)
	if err != nil {
		return sample{}, err
	}
	before, err := server.ask(order{Do: doUsage})
	if err != nil {
		return sample{}, err
	}
	l, err := runWrk(ctx, a.wrk, server.url+m.path, a.options.duration)
	if err != nil {
		return sample{}, fmt.Errorf("%s: %w", name, err)
	}
	after, err := server.ask(order{Do: doUsage})
	if err != nil {
		return sample{}, err
	}
	return pageSample(name, l, before.Usage, after.Usage), nil
}

// pageSample shares what wrk and the server used among the requests.
func pageSample(name string, l load, before, after usage) sample {
	return sample{
		Contestant: name, Rate: l.Rate, P50: l.P50, P99: l.P99,
		ClientCPU:     l.CPU / time.Duration(l.Requests),
		ServerCPU:     (after.CPU - before.CPU) / time.Duration(l.Requests),
		ServerMallocs: float64(after.Mallocs-before.Mallocs) / float64(l.Requests),
	}
}

// server returns the process of a contestant, which starts when first asked for, and
// answers as it has to.
func (a *arena) server(ctx context.Context, name string) (*process, error) {
	if p, ok := a.servers[name]; ok {
		return p, nil
	}
	p, err := launch(ctx, assignment{Role: roleServer, Contestant: name, Workers: a.options.workers})
	if err != nil {
		return nil, err
	}
	a.servers[name] = p
	if err := checkPages(ctx, p.url); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return p, nil
}

// profile adds a round of each contestant under the profiler, which is not counted,
// where the options ask for it.
func (a *arena) profile(ctx context.Context, m pageMode, names []string) error {
	if a.options.profile == "" {
		return nil
	}
	if err := os.MkdirAll(a.options.profile, 0o755); err != nil {
		return err
	}
	for _, name := range names {
		file := filepath.Join(a.options.profile, strings.ReplaceAll(m.name, "/", "-")+"-"+name+"-server.pprof")
		if err := a.profileOne(ctx, m, name, file, profiled); err != nil {
			return err
		}
		a.progress.say("profile: go tool pprof -top -cum %s", file)
	}
	return nil
}

func (a *arena) profileOne(ctx context.Context, m pageMode, name, file string, duration time.Duration) error {
	server, err := a.server(ctx, name)
	if err != nil {
		return err
	}
	if _, err := server.ask(order{Do: doProfile, File: file}); err != nil {
		return err
	}
	_, failed := runWrk(ctx, a.wrk, server.url+m.path, duration)
	if _, err := server.ask(order{Do: doStopProfile}); err != nil {
		return err
	}
	return failed
}

// pageLines are a heading and what was measured over HTTP; nil for nothing.
func (r report) pageLines() [][]string {
	if len(r.Pages) == 0 {
		return nil
	}
	lines := [][]string{{
		"mode", "contestant", "rate ×", "quartiles", "requests/s", "p50", "p99",
		"server CPU ×", "quartiles", "server µs", "wrk µs", "server allocs",
	}}
	for _, p := range r.Pages {
		lines = append(lines, []string{
			p.Mode, p.Contestant, ratio(p.Rate.Median), quartiles(p.Rate, ratio),
			fmt.Sprintf("%.0f", p.Calls), milliseconds(p.P50), milliseconds(p.P99),
			ratio(p.ServerCPU.Median), quartiles(p.ServerCPU, ratio),
			microseconds(p.CPUPerCall.Server), microseconds(p.CPUPerCall.Client), tenths(p.ServerMallocs),
		})
	}
	return lines
}
