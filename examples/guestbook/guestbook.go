// Package guestbook keeps what visitors write.
package guestbook

import (
	"context"

	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/rpc"
)

// Guestbook takes entries and gives them out.
type Guestbook struct {
	Book   *Book
	Signed events.Publisher[Entry] `event:"signed"`

	_ rpc.Method `method:"Sign" args:"name,text"`
	_ rpc.Method `method:"Entries" args:"last"`
}

// ErrNoName refuses entries of nobody.
var ErrNoName = fault.Declare("guestbook.no_name", fault.Invalid, "there is no name")

// Sign keeps an entry, tells so, and returns how many there are.
func (g *Guestbook) Sign(ctx context.Context, name, text string) (int, error) {
	if name == "" {
		return 0, ErrNoName
	}
	e := Entry{Name: name, Text: text}
	n := g.Book.Add(e)
	return n, g.Signed(ctx, e)
}

// Entries returns the last entries.
func (g *Guestbook) Entries(last int) []Entry { return g.Book.Last(last) }
