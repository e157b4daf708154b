package watch

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

const (
	// swift is how soon a change comes that a program makes because it has been started.
	swift = 5 * time.Second
	// tolerated is how many such changes in a row may be a person's.
	tolerated = 3
)

// A habit is that the same files change whenever what is built from them begins to run:
// a program that writes into what it embeds would be built again for ever.
type habit struct {
	files []string
	times int
	since time.Time // what was built runs, or a change was left aside
}

// is reports whether a change belongs to it; first where it is the first that does.
func (h *habit) is(changed []string, now time.Time) (yes, first bool) {
	if slices.ContainsFunc(changed, isSource) || !slices.Equal(changed, h.files) || now.Sub(h.since) > swift {
		h.files, h.times = changed, 1
		return false, false
	}
	if h.times++; h.times <= tolerated {
		return false, false
	}
	h.since = now
	return true, h.times == tolerated+1
}

// text says what becomes of the files.
func (h *habit) text() string {
	names := make([]string, len(h.files))
	for i, file := range h.files {
		names[i] = filepath.Base(file)
	}
	return fmt.Sprintf("%s changes each time that what is built from it starts; it is left aside until %s pass without a change, or something else changes: does a service write into a file that it embeds?",
		strings.Join(names, ", "), swift)
}
