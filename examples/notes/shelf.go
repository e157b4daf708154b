package notes

import (
	"sync"

	"github.com/enoki-go/enoki/service"
)

// Shelf holds the notes of this process.
type Shelf struct {
	mu    sync.Mutex // guards notes
	notes []Note
}

// NewShelf returns an empty one.
func NewShelf() *Shelf { return new(Shelf) }

// Options gives the services what they ask for.
func Options() []service.Option { return []service.Option{service.Provide(NewShelf)} }

// Add keeps a note under the next number.
func (s *Shelf) Add(n Note) Note {
	s.mu.Lock()
	defer s.mu.Unlock()
	n.ID = len(s.notes) + 1
	s.notes = append(s.notes, n)
	return n
}

// Get returns a note.
func (s *Shelf) Get(id int) (Note, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if id < 1 || id > len(s.notes) || s.notes[id-1].ID == 0 {
		return Note{}, false
	}
	return s.notes[id-1], true
}

// Of returns the notes of a user.
func (s *Shelf) Of(user string) (all []Note) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, n := range s.notes {
		if n.ID != 0 && n.Owner == user {
			all = append(all, n)
		}
	}
	return all
}

// Tidy drops the notes without a text and returns how many there were.
func (s *Shelf) Tidy() (dropped int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, n := range s.notes {
		if n.ID != 0 && n.Text == "" {
			s.notes[i], dropped = Note{}, dropped+1
		}
	}
	return dropped
}
