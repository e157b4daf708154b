package console

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/enoki-go/enoki/cmd/svc/internal/present"
)

// clock is how the time of a record is written, in the zone of the reader.
const clock = "15:04:05.000"

const (
	levelWidth   = 5  // WARN and ERROR
	widestLabel  = 28 // that others are aligned with
	messageWidth = 24 // from which on attributes follow at once
)

// The escape sequences of colours that any terminal has, on light and on dark.
const (
	reset  = "\x1b[0m"
	dim    = "\x1b[2m"
	bold   = "\x1b[1m"
	red    = "\x1b[31m"
	green  = "\x1b[32m"
	yellow = "\x1b[33m"
	blue   = "\x1b[34m"
)

// palette are the colours of labels: none is that of a level.
var palette = []string{"\x1b[36m", "\x1b[35m", "\x1b[34m", "\x1b[96m", "\x1b[95m", "\x1b[94m"}

func (c *Console) paint(colour, text string) string {
	if !c.options.Colour || text == "" || colour == "" {
		return text
	}
	return colour + text + reset
}

// learn notes a label, for its colour and for the width of its column.
func (c *Console) learn(label string) (colour string, width int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.Index(c.labels, label)
	if i < 0 {
		i = len(c.labels)
		c.labels = append(c.labels, label)
		c.width = max(c.width, min(utf8.RuneCountInString(label), widestLabel))
	}
	return palette[i%len(palette)], c.width
}

// column returns a label as it stands in its column, which there is once somebody has one.
func (c *Console) column(label string) string {
	if label == "" {
		c.mu.Lock()
		defer c.mu.Unlock()
		return strings.Repeat(" ", c.width+min(c.width, 2))
	}
	colour, width := c.learn(label)
	return c.paint(colour, padded(label, width)) + "  "
}

func padded(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-utf8.RuneCountInString(text)))
}

// plain returns a line that is no record behind the label, below the messages of others.
func (c *Console) plain(label string, text []byte) []byte {
	c.mu.Lock()
	who := cmp.Or(c.names[label], label)
	c.mu.Unlock()
	return []byte(strings.Repeat(" ", len(clock)+levelWidth+2) + c.column(who) + string(text))
}

// render returns a record for people: time, level, who, message and attributes in one
// line, and below it what has several lines.
func (c *Console) render(label string, r record) []byte {
	who, attrs := named(label, r.attrs)
	c.mu.Lock()
	c.names[label] = present.Safe(who)
	c.mu.Unlock()
	var b strings.Builder
	b.WriteString(c.paint(dim, r.time.Local().Format(clock)) + " ")
	b.WriteString(c.paint(colourOf(r.level), padded(present.Safe(r.level), levelWidth)) + " ")
	b.WriteString(c.column(present.Safe(who)))
	message := present.Safe(r.message)
	if len(attrs) > 0 {
		message = padded(message, messageWidth)
	}
	b.WriteString(c.paint(emphasis(r.level), message))
	var long []attr
	for _, a := range attrs {
		if strings.Contains(strings.TrimRight(a.value, "\n"), "\n") {
			long = append(long, a)
			continue
		}
		b.WriteString(" " + c.attribute(a))
	}
	for _, a := range long {
		b.WriteString(c.block(a))
	}
	return []byte(strings.TrimRight(b.String(), " "))
}

// named returns who says something, and the attributes that are left: a process alone is
// called by the service that the record is about, and one of several instances, whose
// label is a number, by both.
func named(label string, attrs []attr) (string, []attr) {
	_, err := strconv.Atoi(label)
	if label != "" && err != nil {
		return label, attrs
	}
	i := slices.IndexFunc(attrs, func(a attr) bool { return a.key == "service" })
	if i < 0 {
		return label, attrs
	}
	who := strings.TrimSpace(attrs[i].value + " " + label)
	return who, slices.Concat(attrs[:i], attrs[i+1:])
}

func colourOf(level string) string {
	switch {
	case strings.HasPrefix(level, "ERROR"):
		return red
	case strings.HasPrefix(level, "WARN"):
		return yellow
	case strings.HasPrefix(level, "INFO"):
		return green
	default:
		return blue
	}
}

func emphasis(level string) string {
	if strings.HasPrefix(level, "ERROR") || strings.HasPrefix(level, "WARN") {
		return bold
	}
	return ""
}

// attribute returns key=value, quoted where it could be taken for something else. An
// error is what one looks for, and not dimmed.
func (c *Console) attribute(a attr) string {
	value := strings.TrimRight(a.value, "\n")
	if value == "" || strings.ContainsAny(value, " \"=") {
		value = strconv.Quote(value)
	}
	key, value := present.Safe(a.key)+"=", present.Safe(value)
	if a.key == "error" {
		return c.paint(dim, key) + c.paint(red, value)
	}
	return c.paint(dim, key+value)
}

// block returns an attribute of several lines, below the record.
func (c *Console) block(a attr) string {
	indent := "\n" + strings.Repeat(" ", len(clock)+levelWidth+2)
	var b strings.Builder
	b.WriteString(indent + c.paint(dim, present.Safe(a.key)+":"))
	for line := range strings.SplitSeq(strings.TrimRight(a.value, "\n"), "\n") {
		text := present.Safe(strings.ReplaceAll(line, "\t", "    "))
		if a.key == "error" {
			text = c.paint(red, text)
		}
		b.WriteString(indent + "  " + text)
	}
	return b.String()
}
