package watch

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/fsnotify/fsnotify"
)

// events are hints that something may have changed.
type events interface {
	// next waits for one and returns where, "" if that is not known.
	next(ctx context.Context) (string, error)
	// cover makes them those of a set, and reports whether folders are new in it.
	cover(set Set) (grown bool)
	close()
}

// watched returns the events of the system or, where it has none to give, those of
// looking again every second.
func watched(note func(string)) events {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		note(pollingText(err))
		return newPolled()
	}
	return &notified{watcher: w, note: note}
}

func pollingText(err error) string {
	return fmt.Sprintf("looking for changes every %s, because the system does not tell them (%v); on Linux the sysctls fs.inotify.max_user_instances and max_user_watches say how many it takes", pulse, err)
}

// notified are the events of the system, for the folders of the set: a file that an
// editor replaces has another inode, and would be lost.
type notified struct {
	watcher *fsnotify.Watcher
	note    func(string)
	instead *polled // once a folder could not be watched
}

func (n *notified) next(ctx context.Context) (string, error) {
	if n.instead != nil {
		return n.instead.next(ctx)
	}
	for {
		select {
		case e := <-n.watcher.Events:
			if e.Op != fsnotify.Chmod {
				return e.Name, nil
			}
		case <-n.watcher.Errors: //nolint:errcheck // whatever it is, events may be lost
			return "", nil
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
}

func (n *notified) cover(set Set) (grown bool) {
	if n.instead != nil {
		return n.instead.cover(set)
	}
	wanted := around(homes(set))
	known := n.watcher.WatchList() // without those that were removed, and may have been made anew
	for folder := range wanted {
		if err := n.watcher.Add(folder); err != nil {
			if _, missing := os.Stat(folder); missing != nil {
				continue
			}
			n.note(pollingText(err))
			n.instead = newPolled()
			return n.instead.cover(set)
		}
		grown = grown || !slices.Contains(known, folder)
	}
	for _, folder := range known {
		if !wanted[folder] {
			_ = n.watcher.Remove(folder) // it may be gone
		}
	}
	return grown
}

func (n *notified) close() { _ = n.watcher.Close() }

// homes returns the folders of a set, those of its files included.
func homes(set Set) map[string]bool {
	all := make(map[string]bool)
	for _, folder := range set.Folders {
		all[folder] = true
	}
	for _, file := range set.Files {
		all[filepath.Dir(file)] = true
	}
	return all
}

// around adds to folders the one around each, which tells when the folder is made anew.
func around(folders map[string]bool) map[string]bool {
	all := maps.Clone(folders)
	for folder := range folders {
		all[filepath.Dir(folder)] = true
	}
	return all
}

// pulse is how often is looked where the system does not tell.
const pulse = time.Second

// polled finds changes by size and date.
type polled struct {
	places []string
	seen   map[string]stamp
}

// A stamp is what a look from outside tells of a file or folder.
type stamp struct {
	size     int64
	modified time.Time
}

func newPolled() *polled { return &polled{} }

func (p *polled) next(ctx context.Context) (string, error) {
	ticks := time.NewTicker(pulse)
	defer ticks.Stop()
	for {
		select {
		case <-ticks.C:
		case <-ctx.Done():
			return "", ctx.Err()
		}
		now := stamps(p.places)
		for _, place := range p.places {
			if p.seen[place] != now[place] {
				p.seen = now
				return "", nil
			}
		}
	}
}

func (p *polled) cover(set Set) bool {
	p.places = append(slices.Collect(maps.Keys(homes(set))), set.Files...)
	p.seen = stamps(p.places)
	return false
}

func stamps(places []string) map[string]stamp {
	all := make(map[string]stamp, len(places))
	for _, place := range places {
		if info, err := os.Stat(place); err == nil {
			all[place] = stamp{info.Size(), info.ModTime()}
		}
	}
	return all
}

func (*polled) close() {}
