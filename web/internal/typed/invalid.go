package typed

import (
	"strconv"
	"strings"
)

// Invalid reports a request that does not fit the method: everything that is
// wrong with it, up to a bound.
type Invalid struct { //nolint:errname // the seam to package web names it so
	Details []Detail
}

// Detail is one thing that is wrong with a request.
type Detail struct {
	Location string `json:"location"` // "path.id", "query.limit", "header.X-Tenant", "cookie.session", "body.items[2].name"
	Message  string `json:"message"`  // "have \"x\", want a whole number"
}

func (e *Invalid) Error() string {
	var b strings.Builder
	for i, d := range e.Details {
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(d.Location + ": " + d.Message)
	}
	return b.String()
}

// maxDetails bounds what one request can make the process collect.
const maxDetails = 32

// findings collects what is wrong with a request.
type findings struct {
	details []Detail
	hide    func(path string) (shown string, hidden bool) // nil hides nothing
	root    string                                        // "body" or "query.limit"
	steps   []step                                        // from there to what is looked at
}

// A step leads to a member or, where name is empty, to an element.
type step struct {
	name  string
	index int
}

func (f *findings) start(root string) { f.root, f.steps = root, f.steps[:0] }
func (f *findings) enter(name string) { f.steps = append(f.steps, step{name: name, index: -1}) }
func (f *findings) index(i int)       { f.steps = append(f.steps, step{index: i}) }
func (f *findings) leave()            { f.steps = f.steps[:len(f.steps)-1] }

// say notes what is wrong at the place that is looked at.
func (f *findings) say(message string) {
	if !f.full() {
		f.add(f.location(), message)
	}
}

func (f *findings) location() string {
	var b strings.Builder
	b.WriteString(f.root)
	for _, s := range f.steps {
		if s.index >= 0 {
			b.WriteString("[" + strconv.Itoa(s.index) + "]")
			continue
		}
		name := s.name
		if len(name) > longestName {
			name = clip(name)
		}
		b.WriteString("." + name)
	}
	return b.String()
}

// longestName is how much of a name that a client chose is repeated to it.
const longestName = 60

// longestMessage bounds a detail: what a library says may repeat what was sent.
const longestMessage = 400

func (f *findings) add(location, message string) {
	if shown, hidden := f.hidden(location); hidden && strings.HasPrefix(message, "have ") {
		location, message = shown, "have a value that is not shown"+wantIn(message)
	}
	f.put(location, message)
}

// put is add for a message without a value.
func (f *findings) put(location, message string) {
	if len(message) > longestMessage {
		message = strings.ToValidUTF8(message[:longestMessage], "") + "…"
	}
	if !f.full() {
		f.details = append(f.details, Detail{location, message})
	}
}

// hidden reports whether the value at a location must not be shown, and how much of the
// location may be.
func (f *findings) hidden(location string) (shown string, hidden bool) {
	if f.hide == nil {
		return location, false
	}
	place, path, _ := strings.Cut(location, ".")
	if path, hidden = f.hide(path); path == "" {
		return place, hidden
	}
	return place + "." + path, hidden
}

// wantIn returns what a message wants, without what others say of the value behind it.
func wantIn(message string) string {
	const wanted = ", want "
	i := strings.LastIndex(message, wanted)
	if i < 0 {
		return ""
	}
	want, _, _ := strings.Cut(message[i:], ": ")
	return want
}

func (f *findings) full() bool { return len(f.details) >= maxDetails }

// err returns what was found as an *Invalid, nil for nothing.
func (f *findings) err() error {
	if len(f.details) == 0 {
		return nil
	}
	return &Invalid{Details: f.details}
}
