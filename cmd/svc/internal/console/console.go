// Package console writes what processes say for whoever reads it: aligned and in colour
// for people, unchanged or as JSON lines for programs.
package console

import (
	"fmt"
	"io"
	"sync"
)

// A Format is how lines are written.
type Format string

// The formats. Processes write their log as JSON for the first two.
const (
	Pretty Format = "pretty" // for people
	JSON   Format = "json"   // one record per line, with the label as its attribute "process"
	Text   Format = "text"   // as it comes, behind the label
)

// Formats are all of them.
var Formats = []Format{Pretty, JSON, Text}

// Parse returns the format of a name. The error says what there is.
func Parse(name string) (Format, error) {
	for _, f := range Formats {
		if string(f) == name {
			return f, nil
		}
	}
	return "", fmt.Errorf("have %q for the form of the log, want pretty, json or text", name)
}

// Options are how a Console writes.
type Options struct {
	Format Format
	Colour bool // of Pretty
}

// A Console is where several processes write, whole lines of each. It is safe for
// concurrent use.
type Console struct {
	options Options

	mu     sync.Mutex        // guards what follows, and is held while a line is written
	width  int               // of the widest label so far
	labels []string          // in the order of their first line, which is that of their colours
	names  map[string]string // what a process with a label was last called
}

// New returns a console without processes.
func New(o Options) *Console { return &Console{options: o, names: make(map[string]string)} }

// Writer returns what takes the output of a process and writes it to w. The label tells
// it from others; one that runs alone has none. Close writes a last line that did not
// end, and leaves w open.
func (c *Console) Writer(label string, w io.Writer) io.WriteCloser {
	if label == "" && c.options.Format != Pretty {
		return &whole{c: c, to: w}
	}
	return &lines{to: &whole{c: c, to: w}, write: func(line []byte) []byte { return c.line(label, line) }}
}

// line returns what is written for a line of a process, which has no end.
func (c *Console) line(label string, text []byte) []byte {
	if c.options.Format == Text {
		return []byte("[" + label + "] " + string(text))
	}
	r, ok := parse(text)
	switch {
	case c.options.Format == Pretty && ok:
		return c.render(label, r)
	case c.options.Format == Pretty && label != "":
		return c.plain(label, text)
	case ok && c.options.Format == JSON:
		return labelled(label, text)
	default:
		return text
	}
}

// whole lets one process write at a time.
type whole struct {
	c  *Console
	to io.Writer
}

func (w *whole) Write(data []byte) (int, error) {
	w.c.mu.Lock()
	defer w.c.mu.Unlock()
	return w.to.Write(data)
}

func (*whole) Close() error { return nil }

// Locked returns a writer to w for what is no output of a process: nothing is written
// between the lines of one.
func (c *Console) Locked(w io.Writer) io.Writer { return &whole{c: c, to: w} }
