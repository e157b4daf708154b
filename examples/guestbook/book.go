package guestbook

import (
	"sync"

	"github.com/enoki-go/enoki/service"
)

// Entry is what a visitor wrote.
type Entry struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

// Book holds the entries of this process.
type Book struct {
	mu      sync.Mutex // guards entries
	entries []Entry
}

// NewBook returns an empty one.
func NewBook() *Book { return new(Book) }

// Options says who makes what the services ask for.
func Options() []service.Option { return []service.Option{service.Provide(NewBook)} }

// Add keeps an entry and returns how many there are.
func (b *Book) Add(e Entry) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.entries = append(b.entries, e)
	return len(b.entries)
}

// Last returns the newest n entries, oldest first.
func (b *Book) Last(n int) []Entry {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]Entry{}, b.entries[max(0, len(b.entries)-n):]...)
}

// Keep drops all but the newest n entries and returns how many it dropped.
func (b *Book) Keep(n int) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	dropped := max(0, len(b.entries)-n)
	b.entries = b.entries[dropped:]
	return dropped
}
