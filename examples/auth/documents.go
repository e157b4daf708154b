package auth

import (
	"context"
	"sync"

	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
)

// Documents keeps documents. Who may do what is decided here, and not at the door:
// another door to it needs no other rules.
type Documents struct {
	Caller

	Shelf *Shelf
	Note  rpc.Func[string, rpc.None] `rpc:"audit.note"`

	_ rpc.Method `method:"Read" args:"name"`
	_ rpc.Method `method:"Write" args:"name,text"`
	_ rpc.Method `method:"Delete" args:"name"`
}

// ErrNoDocument is returned for a document that is not there.
var ErrNoDocument = fault.Declare("documents.none", fault.NotFound, "there is no such document")

// Read returns a document to whoever is logged in.
func (d *Documents) Read(name string) (string, error) {
	if err := d.Need("reader", "editor", "admin"); err != nil {
		return "", err
	}
	text, ok := d.Shelf.documents.Load(name)
	if !ok {
		return "", ErrNoDocument
	}
	return text.(string), nil
}

// Write keeps a document.
func (d *Documents) Write(ctx context.Context, name, text string) error {
	if err := d.Need("editor", "admin"); err != nil {
		return err
	}
	d.Shelf.documents.Store(name, text)
	_, err := d.Note(ctx, "write "+name)
	return err
}

// Delete drops a document.
func (d *Documents) Delete(ctx context.Context, name string) error {
	if err := d.Need("admin"); err != nil {
		return err
	}
	d.Shelf.documents.Delete(name)
	_, err := d.Note(ctx, "delete "+name)
	return err
}

// Audit knows who did what. Nobody tells it who: the user comes with the call.
type Audit struct {
	Caller

	Shelf *Shelf

	_ rpc.Method `method:"Note" args:"what"`
	_ rpc.Method `method:"Entries"`
}

// Note remembers what the caller did.
func (a *Audit) Note(what string) error {
	if a.User == "" {
		return ErrNobody
	}
	a.Shelf.note(string(a.User) + ": " + what)
	return nil
}

// Entries returns what was done, oldest first.
func (a *Audit) Entries() ([]string, error) {
	if err := a.Need("admin"); err != nil {
		return nil, err
	}
	return a.Shelf.noted(), nil
}

// Shelf is what this process remembers. A real one is a database.
type Shelf struct {
	documents sync.Map // text by name

	mu    sync.Mutex // guards notes
	notes []string
}

// Options gives the services what they ask for.
func Options() []service.Option {
	return []service.Option{service.Provide(func() *Shelf { return new(Shelf) })}
}

func (s *Shelf) note(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.notes = append(s.notes, text)
}

func (s *Shelf) noted() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string{}, s.notes...) // in JSON [], where there are none
}
