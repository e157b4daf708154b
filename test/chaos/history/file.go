package history

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const extension = ".jsonl"

// File is the history of one process. It is safe for concurrent use.
type File struct{ file *os.File }

// Open opens the history of the named process below dir, to append to it.
func Open(dir, process string) (*File, error) {
	f, err := os.OpenFile(filepath.Join(dir, process+extension), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open history: %w", err)
	}
	return &File{f}, nil
}

// Write appends a fact; one without a time gets the present one. It is one
// write(2), so that a fact is there as a whole or not at all when the process is
// killed, and needs no flush.
func (f *File) Write(fact Fact) error {
	if fact.Time == 0 {
		fact.Time = time.Now().UnixNano()
	}
	line, err := json.Marshal(fact)
	if err != nil {
		return fmt.Errorf("write history: %w", err)
	}
	if _, err := f.file.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("write history: %w", err)
	}
	return nil
}

// Close closes the file.
func (f *File) Close() error { return f.file.Close() }

// Read returns the facts of all histories below dir, those of one process in the
// order in which it wrote them. A last line that was cut short is left out.
func Read(dir string) ([]Fact, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*"+extension))
	if err != nil {
		return nil, fmt.Errorf("read histories: %w", err)
	}
	var all []Fact
	for _, file := range files {
		if all, err = readFile(all, file); err != nil {
			return nil, fmt.Errorf("read %s: %w", file, err)
		}
	}
	return all, nil
}

func readFile(facts []Fact, file string) ([]Fact, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	from := strings.TrimSuffix(filepath.Base(file), extension)
	lines := bufio.NewReader(f)
	for {
		line, err := lines.ReadBytes('\n')
		switch {
		case errors.Is(err, io.EOF):
			return facts, nil
		case err != nil:
			return nil, err
		}
		fact := Fact{From: from}
		if err := json.Unmarshal(bytes.TrimSpace(line), &fact); err != nil {
			return nil, fmt.Errorf("line %.100q: %w", line, err)
		}
		facts = append(facts, fact)
	}
}
