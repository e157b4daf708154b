package events

import (
	"cmp"
	"strconv"
	"strings"
)

// note is what a consumer says of whose it is, in its description: brokers older than
// 2.10 keep no metadata.
type note struct {
	handler string // "service.method"
	event   string // "source.type"
	mode    mode
	version string // of the service
}

func (n note) String() string {
	return "enoki " + n.handler + " of " + n.event + ", " + string(n.mode) + ", version " + n.version
}

// noteOf reads a note. False means that it is not ours.
func noteOf(text string) (n note, ok bool) {
	text, ours := strings.CutPrefix(text, "enoki ")
	handler, rest, of := strings.Cut(text, " of ")
	parts := strings.Split(rest, ", ")
	if !ours || !of || len(parts) != 3 {
		return note{}, false
	}
	version, ok := strings.CutPrefix(parts[2], "version ")
	return note{handler, parts[0], mode(parts[1]), version}, ok
}

// supersedes reports whether a consumer of this note replaces one of another: that of
// the same handler, in the same version or an older one.
func (n note) supersedes(text string) bool {
	other, ok := noteOf(text)
	return ok && other.handler == n.handler && compareVersions(n.version, other.version) >= 0
}

// compareVersions compares semantic versions by their three numbers.
func compareVersions(a, b string) int {
	x, y := numbers(a), numbers(b)
	return cmp.Or(cmp.Compare(x[0], y[0]), cmp.Compare(x[1], y[1]), cmp.Compare(x[2], y[2]))
}

func numbers(version string) (n [3]int) {
	version, _, _ = strings.Cut(version, "+")
	version, _, _ = strings.Cut(version, "-")
	for i, part := range strings.SplitN(version, ".", 3) {
		n[i], _ = strconv.Atoi(part) // 0 for what is none
	}
	return n
}
