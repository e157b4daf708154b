package shell

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/peterh/liner"
)

// Terminal is the Input of a person, with a line editor and a history that
// outlives the process.
type Terminal struct {
	state   *liner.State
	history *os.File // nil where there can be none
	block   bool     // the line that is asked for belongs to the ones before
}

var _ Input = (*Terminal)(nil)

// maxEntry is what liner reads back of a line.
const maxEntry = 4000

// OpenTerminal takes over the terminal of the process until Close.
func OpenTerminal() *Terminal {
	t := &Terminal{state: liner.NewLiner()}
	t.state.SetCtrlCAborts(true)
	t.state.SetMultiLineMode(true)
	t.state.SetTabCompletionStyle(liner.TabPrints)
	return t
}

// indentation is what Tab is where nothing but blanks is left of it in a block.
const indentation = "    "

// CompleteWith has Tab offer what f returns for what stands left of the cursor: texts,
// which replace it from start on. A second Tab lists them.
func (t *Terminal) CompleteWith(f func(line string) (start int, texts []string)) {
	t.state.SetWordCompleter(func(line string, pos int) (head string, texts []string, tail string) {
		runes := []rune(line)
		head, tail = string(runes[:pos]), string(runes[pos:])
		if t.block && strings.TrimSpace(head) == "" {
			return head, []string{indentation}, tail
		}
		start, texts := f(head)
		return head[:start], texts, tail
	})
}

// Keep reads the history of a file, which need not exist, and adds to it from
// then on. The file stays open, so that several shells add to it side by side;
// once it is twice as long as is remembered it is written anew. It is called
// once; after an error the Terminal works as well.
func (t *Terminal) Keep(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	old, err := os.Open(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	flags := os.O_CREATE | os.O_APPEND | os.O_WRONLY
	if err == nil {
		var lines int
		lines, err = t.state.ReadHistory(old)
		_ = old.Close()
		if err != nil || lines > 2*liner.HistoryLimit {
			flags |= os.O_TRUNC
		}
	}
	if t.history, err = os.OpenFile(path, flags, 0o600); err != nil {
		return err
	}
	if flags&os.O_TRUNC != 0 {
		_, err = t.state.WriteHistory(t.history)
	}
	return err
}

// ReadLine lets the person edit a line. ^C gives up, ^D on an empty line is the
// end.
func (t *Terminal) ReadLine(prompt string) (string, error) {
	t.block = prompt == morePrompt
	line, err := t.state.Prompt(prompt)
	if errors.Is(err, liner.ErrPromptAborted) {
		return "", ErrInterrupted
	}
	if err != nil {
		return "", err
	}
	t.remember(line)
	return line, nil
}

// remember adds a line to the history. What cannot be written is still
// remembered for as long as the process lives.
func (t *Terminal) remember(line string) {
	if line == "" || len(line) > maxEntry {
		return
	}
	t.state.AppendHistory(line)
	if t.history != nil {
		_, _ = fmt.Fprintln(t.history, line) // a full disk must not end a session
	}
}

// Close gives the terminal back.
func (t *Terminal) Close() error {
	var kept error
	if t.history != nil {
		kept = t.history.Close()
	}
	return errors.Join(t.state.Close(), kept)
}
