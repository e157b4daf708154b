package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/enoki-go/enoki/cmd/svc/internal/launch"
	"github.com/enoki-go/enoki/cmd/svc/internal/supervise"
	"github.com/enoki-go/enoki/cmd/svc/internal/watch"
)

const (
	// startLimit is how long a new version may take to start, before the one that it was
	// to replace is kept.
	startLimit = 30 * time.Second
	// defaultDrain is that of service.Main.
	defaultDrain = 30 * time.Second
	// closing is how long a process may take to leave after it has drained; its own
	// promise is 5 s.
	closing = 10 * time.Second
)

// A reloader prepares a new generation whenever something has changed.
type reloader struct {
	*runFlags

	targets     []string
	builder     launch.Builder
	out         output
	once        func(string) // a note that was made before is not made again
	watcher     *watch.Watcher
	generations chan []supervise.Process
}

// runReloading runs services until a signal, and their newest version that can be built
// and started.
func (f *runFlags) runReloading(ctx context.Context, targets []string, group *supervise.Group, out output) error {
	r := &reloader{runFlags: f, targets: targets, out: out, once: once(out.note), generations: make(chan []supervise.Process)}
	var err error
	if r.builder, err = newBuilder(); err != nil {
		return err
	}
	if r.watcher, err = watch.New(ctx, r.sources, out.note); err != nil {
		return interrupted(ctx, err)
	}
	defer r.watcher.Close()
	group.Processes, err = r.next(ctx)
	if _, mendable := errors.AsType[*launch.CompileError](err); err != nil && (!mendable || ctx.Err() != nil) {
		return interrupted(ctx, err)
	}
	if err != nil {
		out.fail(err)
		out.note("build failed, waiting for a change")
	}
	group.Reload = &supervise.Reload{Generations: r.generations, Start: startLimit, Drain: f.drainLimit(), Unused: launch.Discard}
	ctx, stop := context.WithCancel(ctx)
	over := make(chan struct{})
	go func() { // ends with ctx; awaited below
		defer close(over)
		r.loop(ctx)
	}()
	code, err := group.Run()
	stop()
	<-over
	return finished(code, err)
}

// loop hands over a generation for each change, until ctx ends.
func (r *reloader) loop(ctx context.Context) {
	for {
		changed, err := r.watcher.Wait(ctx)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			r.failed(err)
			continue
		}
		r.out.note("changed: " + r.names(changed) + "; building")
		processes, err := r.next(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			r.failed(err)
			continue
		}
		select {
		case r.generations <- processes:
		case <-ctx.Done():
			return
		}
	}
}

func (r *reloader) failed(err error) {
	r.out.fail(err)
	r.out.note("build failed, keeping the previous version")
}

// next builds what the source says now.
func (r *reloader) next(ctx context.Context) ([]supervise.Process, error) {
	processes, err := r.prepare(ctx, r.targets, r.once)
	if err != nil {
		return nil, err
	}
	configuration := r.configuration()
	versions := make(map[string]string)
	for i, p := range processes {
		if versions[p.Path] == "" {
			if versions[p.Path], err = digest(p.Path); err != nil {
				return nil, err
			}
		}
		processes[i].Version = strings.Join(slices.Concat(p.Args, p.Env, []string{configuration, versions[p.Path]}), "\x00")
	}
	return processes, nil
}

// configuration tells apart what the files of --config say.
func (r *reloader) configuration() string {
	var all strings.Builder
	for _, file := range r.files {
		sum, err := digest(file)
		if err != nil {
			sum = err.Error() // the processes will say so, too
		}
		all.WriteString(sum + " ")
	}
	return all.String()
}

func digest(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", fmt.Errorf("read %s: %w", path, err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// sources are what a change of is waited for.
func (r *reloader) sources(ctx context.Context) (watch.Set, error) {
	found, err := r.builder.Sources(ctx, r.targets)
	set := watch.Set{Files: found.Files, Folders: found.Folders}
	for _, file := range r.files {
		if !filepath.IsAbs(file) {
			file = filepath.Join(r.builder.Cwd, file)
		}
		set.Files = append(set.Files, file)
	}
	return set, err
}

// mostNames is how many files are named that have changed.
const mostNames = 3

func (r *reloader) names(files []string) string {
	var shown []string
	for _, file := range files[:min(len(files), mostNames)] {
		shown = append(shown, shownPath(r.builder.Cwd, file))
	}
	if more := len(files) - mostNames; more > 0 {
		shown = append(shown, fmt.Sprintf("%d more", more))
	}
	return strings.Join(shown, ", ")
}

// drainLimit is how long a process may take to leave.
func (f *runFlags) drainLimit() time.Duration {
	limit := f.drain
	if limit == 0 {
		limit = defaultDrain
		if cfg, err := f.load(); err == nil {
			_ = cfg.Section("drain", &limit) // the service says what is wrong with it
		}
	}
	return limit + closing
}

// once makes each note only the first time. It is safe for concurrent use.
func once(note func(string)) func(string) {
	var told sync.Map
	return func(text string) {
		if _, before := told.LoadOrStore(text, true); !before {
			note(text)
		}
	}
}
