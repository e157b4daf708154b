package supervise

import (
	"bytes"
	"io"
	"sync"
)

// lines keeps whole lines of different children from mixing. One lock for all
// is enough: output is not where the time goes.
var lines sync.Mutex

// longest is how much of a line without an end is held back.
const longest = 64 << 10

// A prefixer writes each line with a prefix, and only whole lines.
type prefixer struct {
	prefix string
	to     io.Writer
	rest   []byte
}

// Write holds back what follows the last newline.
func (p *prefixer) Write(data []byte) (int, error) {
	p.rest = append(p.rest, data...)
	end := bytes.LastIndexByte(p.rest, '\n') + 1
	if end == 0 && len(p.rest) > longest {
		p.rest = append(p.rest, '\n')
		end = len(p.rest)
	}
	if err := p.emit(p.rest[:end]); err != nil {
		return 0, err
	}
	p.rest = append(p.rest[:0], p.rest[end:]...)
	return len(data), nil
}

// flush writes a last line that did not end. It is called once, after the last
// Write.
func (p *prefixer) flush() {
	if len(p.rest) == 0 {
		return
	}
	// The child is gone; there is nobody to tell.
	_ = p.emit(append(p.rest, '\n'))
	p.rest = nil
}

func (p *prefixer) emit(text []byte) error {
	var b bytes.Buffer
	for line := range bytes.Lines(text) {
		b.WriteString(p.prefix)
		b.Write(line)
	}
	if b.Len() == 0 {
		return nil
	}
	lines.Lock()
	defer lines.Unlock()
	_, err := p.to.Write(b.Bytes())
	return err
}
