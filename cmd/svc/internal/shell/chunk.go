package shell

import (
	"bufio"
	"context"
	"errors"
	"io"
	"regexp"
	"strings"
)

// A chunk is a text that is run at once.
type chunk struct {
	name string // of the source, for errors
	line int32  // of the source, at which it begins
	text string
}

// Input is where statements come from, line by line.
type Input interface {
	// ReadLine returns the next line without its line feed. The prompt is for a
	// person. It returns io.EOF at the end, and ErrInterrupted to give up the
	// statement that was begun.
	ReadLine(prompt string) (string, error)
}

// What is asked of a person: a statement, and the rest of one.
const (
	firstPrompt = ">>> "
	morePrompt  = "... "
)

// chunks cuts lines into statements, with the blocks that belong to them.
type chunks struct {
	name   string
	input  Input
	person bool // an empty line ends a block, as in Python

	line   int32    // lines read so far
	unread []string // the line that was read and belongs to the next chunk, if any
}

var (
	blockStart = regexp.MustCompile(`^(def|for|if|while)\b`)
	blockGoes  = regexp.MustCompile(`^(\s|#|$|(elif|else)\b)`)
)

// next returns the next statement. A text that ends within one is returned as it
// is, for the parser to say what is missing.
func (c *chunks) next() (chunk, error) {
	first, err := c.firstLine()
	if err != nil {
		return chunk{}, err
	}
	made := chunk{name: c.name, line: c.line, text: first + "\n"}
	var s scan
	s.read(first)
	for {
		line, goes, err := c.more(s.open(), made.text)
		if errors.Is(err, io.EOF) && !c.person || err == nil && !goes {
			return made, nil
		}
		if err != nil {
			return chunk{}, err
		}
		made.text += line + "\n"
		s.read(line)
	}
}

// firstLine skips what is no statement.
func (c *chunks) firstLine() (string, error) {
	for {
		line, err := c.read(firstPrompt)
		if err != nil {
			return "", err
		}
		if text := strings.TrimSpace(line); text != "" && text[0] != '#' {
			return line, nil
		}
	}
}

// more reads another line of the statement that text begins, if it goes on;
// inside means that its last line does not end it.
func (c *chunks) more(inside bool, text string) (line string, goes bool, err error) {
	if !inside && !blockStart.MatchString(text) || inside && c.person && hopeless(text) {
		return "", false, nil
	}
	if line, err = c.read(morePrompt); err != nil || inside {
		return line, err == nil, err
	}
	if c.person && strings.TrimSpace(line) == "" {
		return "", false, nil
	}
	if !blockGoes.MatchString(line) {
		c.unread = append(c.unread, line)
		c.line--
		return "", false, nil
	}
	return line, true, nil
}

var cutOff = regexp.MustCompile("end of file|EOF")

// hopeless reports whether no further line can make Starlark of text. A person
// is told at once.
func hopeless(text string) bool {
	_, err := options.Parse("", text, 0)
	return err != nil && !cutOff.MatchString(err.Error())
}

func (c *chunks) read(prompt string) (string, error) {
	c.line++
	if len(c.unread) > 0 {
		line := c.unread[0]
		c.unread = c.unread[:0]
		return line, nil
	}
	return c.input.ReadLine(prompt)
}

// scan follows Starlark far enough to know whether a line goes on in the next.
type scan struct {
	depth  int    // of brackets
	quote  string // that ends the string that is open, "" for none
	joined bool   // the line ended in a backslash
}

func (s *scan) open() bool { return s.depth > 0 || s.quote != "" || s.joined }

func (s *scan) read(line string) {
	s.joined = false
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == '\\':
			s.joined = i+1 == len(line)
			i++
		case s.quote != "":
			i += s.close(line[i:])
		case c == '#':
			return
		case c == '\'' || c == '"':
			i += s.begin(line[i:])
		case strings.IndexByte("([{", c) >= 0:
			s.depth++
		case strings.IndexByte(")]}", c) >= 0:
			s.depth = max(0, s.depth-1)
		}
	}
	if len(s.quote) == 1 && !s.joined {
		s.quote = "" // the parser will complain
	}
}

// begin opens the string that text begins with, and returns how many characters
// its quote has beyond the first.
func (s *scan) begin(text string) int {
	s.quote = text[:1]
	if triple := strings.Repeat(s.quote, 3); strings.HasPrefix(text, triple) {
		s.quote = triple
	}
	return len(s.quote) - 1
}

func (s *scan) close(text string) int {
	if !strings.HasPrefix(text, s.quote) {
		return 0
	}
	beyond := len(s.quote) - 1
	s.quote = ""
	return beyond
}

// pipe is an Input without a person. Lines may be of any length.
type pipe struct {
	ctx    context.Context // of the one Pipe that reads
	reader *bufio.Reader
}

func newPipe(ctx context.Context, in io.Reader) *pipe { return &pipe{ctx, bufio.NewReader(in)} }

// ReadLine reads a line. A read that nobody waits for any more, after the
// context has ended, ends with the process at the latest.
func (p *pipe) ReadLine(string) (string, error) {
	type outcome struct {
		line string
		err  error
	}
	read := make(chan outcome, 1)
	go func() {
		line, err := p.reader.ReadString('\n')
		if line != "" {
			err = nil
		}
		read <- outcome{strings.TrimRight(line, "\r\n"), err}
	}()
	select {
	case o := <-read:
		return o.line, o.err
	case <-p.ctx.Done():
		return "", ErrInterrupted
	}
}
