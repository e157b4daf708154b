// Package watch waits until what some files say has changed.
package watch

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"time"
)

// A Set is what to watch.
type Set struct {
	Files   []string // whose content counts, also where they do not exist yet
	Folders []string // where a new file or folder may change the set itself
}

// A Watcher tells changes of content: neither a new date nor a file that was replaced by
// the same one is one. It belongs to one goroutine.
type Watcher struct {
	list   func(context.Context) (Set, error)
	events events
	homes  map[string]bool   // the folders of the set and of its files
	known  map[string]digest // by file
	idle   map[string]bool   // files that were looked at for being beside known ones, and are none
	hinted []string          // those of this time
	habit  habit
	note   func(string)
}

const (
	// quiet is how long nothing must happen before the files are looked at: an editor
	// that saves, or a tool that writes many files, is not done with the first.
	quiet = 120 * time.Millisecond
	// restless is after how long they are looked at though something still happens.
	restless = 2 * time.Second
)

// New returns a Watcher of the set that list returns, which is asked again whenever it may
// have changed. The note is told if changes can only be found by looking again and again,
// and of files that are left aside. Close ends it.
func New(ctx context.Context, list func(context.Context) (Set, error), note func(string)) (*Watcher, error) {
	w := &Watcher{list: list, events: watched(note), note: note}
	if _, err := w.look(ctx); err != nil {
		w.Close()
		return nil, err
	}
	return w, nil
}

// Close stops watching.
func (w *Watcher) Close() { w.events.close() }

// Wait returns the files whose content has changed since the last Wait, or New, once
// nothing has happened for 120 ms. Whoever calls it has begun to run what was built from
// the files before: what changes them then each time, and is no source, is left aside. The
// error is that of ctx, or of the listing.
func (w *Watcher) Wait(ctx context.Context) ([]string, error) {
	w.habit.since = time.Now()
	for {
		if err := w.event(ctx); err != nil {
			return nil, err
		}
		began := time.Now()
		if err := w.settle(ctx); err != nil {
			return nil, err
		}
		changed, err := w.look(ctx)
		if err != nil || len(changed) > 0 && !w.usual(changed, began) {
			return changed, err
		}
	}
}

// usual reports whether a change is left aside, and says so the first time.
func (w *Watcher) usual(changed []string, began time.Time) bool {
	yes, first := w.habit.is(changed, began)
	if first {
		w.note(w.habit.text())
	}
	return yes
}

// event waits for one that may matter.
func (w *Watcher) event(ctx context.Context) error {
	for {
		path, err := w.events.next(ctx)
		if err != nil || w.matters(path) {
			return err
		}
	}
}

// settle waits until nothing happens any more that may matter.
func (w *Watcher) settle(ctx context.Context) error {
	limited, cancel := context.WithTimeout(ctx, restless)
	defer cancel()
	for {
		pause, end := context.WithTimeout(limited, quiet)
		err := w.event(pause)
		end()
		if err != nil && (limited.Err() != nil || errors.Is(err, context.DeadlineExceeded)) {
			return ctx.Err()
		}
		if err != nil {
			return err
		}
	}
}

// matters keeps what cannot change anything, such as a log that a service writes beside
// its source, from being looked at. An empty path is a change nobody knows the place of.
func (w *Watcher) matters(path string) bool {
	if path == "" || w.has(path) || w.homes[path] {
		return true
	}
	if !w.homes[filepath.Dir(path)] {
		return false // it is only around them
	}
	name := filepath.Base(path)
	if strings.HasPrefix(name, ".") || strings.HasSuffix(name, "~") || strings.HasSuffix(name, "_test.go") {
		return false
	}
	switch filepath.Ext(name) {
	case ".go", ".c", ".cc", ".cpp", ".h", ".s", ".S", ".syso":
		return true
	}
	if isFolder(path) {
		return true
	}
	if w.idle[path] || !w.hasSibling(path) {
		return false
	}
	w.hinted = append(w.hinted, path)
	return true
}

func (w *Watcher) has(path string) bool {
	_, ok := w.known[path]
	return ok
}

// hasSibling reports whether files that are no source, such as embedded ones, are known
// in the same folder: this one may be the next of them.
func (w *Watcher) hasSibling(path string) bool {
	for known := range w.known {
		if filepath.Dir(known) == filepath.Dir(path) && !isSource(known) {
			return true
		}
	}
	return false
}

func isSource(path string) bool {
	switch filepath.Ext(path) {
	case ".go", ".mod", ".sum", ".work":
		return true
	}
	return false
}

// look lists and reads everything again, and returns what has changed, sorted.
func (w *Watcher) look(ctx context.Context) ([]string, error) {
	for {
		set, err := w.list(ctx)
		if err != nil {
			return nil, err
		}
		set.Files = targets(set.Files)
		w.homes = homes(set)
		if w.events.cover(set) && w.known != nil {
			continue // for what was written before the new folders were watched
		}
		before := w.known
		w.known = digests(set.Files)
		changed := differences(before, w.known)
		w.learn(len(changed) > 0)
		return changed, nil
	}
}

// learn notes which files were looked at in vain, such as a database that a service keeps
// beside its configuration: they say nothing until something else changes what is known.
func (w *Watcher) learn(changed bool) {
	if changed || w.idle == nil {
		w.idle = make(map[string]bool)
	}
	for _, path := range w.hinted {
		if !w.has(path) {
			w.idle[path] = true
		}
	}
	w.hinted = nil
}
