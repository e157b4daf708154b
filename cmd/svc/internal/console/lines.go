package console

import (
	"bytes"
	"io"
)

// longest is how much of a line without an end is held back.
const longest = 256 << 10

// lines hands on whole lines, each as write has it.
type lines struct {
	to    io.Writer
	write func(line []byte) []byte
	rest  []byte
}

// Write holds back what follows the last newline.
func (l *lines) Write(data []byte) (int, error) {
	l.rest = append(l.rest, data...)
	end := bytes.LastIndexByte(l.rest, '\n') + 1
	if end == 0 && len(l.rest) > longest {
		l.rest = append(l.rest, '\n')
		end = len(l.rest)
	}
	if err := l.emit(l.rest[:end]); err != nil {
		return 0, err
	}
	l.rest = append(l.rest[:0], l.rest[end:]...)
	return len(data), nil
}

// Close writes a last line that did not end. It is called once, after the last
// Write.
func (l *lines) Close() error {
	if len(l.rest) == 0 {
		return nil
	}
	err := l.emit(append(l.rest, '\n'))
	l.rest = nil
	return err
}

func (l *lines) emit(text []byte) error {
	var b bytes.Buffer
	for line := range bytes.Lines(text) {
		b.Write(l.write(bytes.TrimSuffix(line, []byte("\n"))))
		b.WriteByte('\n')
	}
	if b.Len() == 0 {
		return nil
	}
	_, err := l.to.Write(b.Bytes())
	return err
}
