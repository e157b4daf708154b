//go:build linux

package child

import (
	"bytes"
	"strings"
	"sync"
)

// Output keeps what is written to it, by any goroutine. The zero value is empty.
type Output struct {
	mu   sync.Mutex // guards both
	text bytes.Buffer
	more chan struct{} // closed by the next Write; nil if nobody waits
}

// Write appends to the text.
func (o *Output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.more != nil {
		close(o.more)
		o.more = nil
	}
	return o.text.Write(b)
}

// String returns the text so far.
func (o *Output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// read returns the text, and a channel that is closed when there is more.
func (o *Output) read() (string, <-chan struct{}) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.more == nil {
		o.more = make(chan struct{})
	}
	return o.text.String(), o.more
}

// Tail returns the last few screens of a text, from the beginning of a line.
func Tail(text string) string {
	const most = 6000
	if len(text) <= most {
		return text
	}
	_, rest, _ := strings.Cut(text[len(text)-most:], "\n")
	return "…\n" + rest
}
