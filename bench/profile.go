package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// profiled is how long a round under the profiler takes.
const profiled = 10 * time.Second

// profile adds a round of each contestant under the profiler, which is not
// counted, where the options ask for it.
func (f *field) profile(ctx context.Context, m mode, names []string) error {
	if f.options.profile == "" {
		return nil
	}
	if err := os.MkdirAll(f.options.profile, 0o755); err != nil {
		return err
	}
	for _, name := range names {
		l, err := f.lane(ctx, name)
		if err != nil {
			return err
		}
		prefix := filepath.Join(f.options.profile, strings.ReplaceAll(m.name, "/", "-")+"-"+name+"-")
		if err := f.profileLane(m, l, prefix, profiled); err != nil {
			return err
		}
		f.progress.say("profiles: go tool pprof -top -cum %s{client,server,broker}.pprof", prefix)
	}
	return nil
}

func (f *field) profileLane(m mode, l lane, prefix string, duration time.Duration) error {
	processes := []*process{l.client, l.server, f.bus}
	for _, p := range processes {
		if _, err := p.ask(order{Do: doProfile, File: prefix + p.assignment.Role + ".pprof"}); err != nil {
			return err
		}
	}
	_, failed := l.play(m, duration)
	for _, p := range processes {
		if _, err := p.ask(order{Do: doStopProfile}); err != nil {
			return err
		}
	}
	return failed
}
