package guestbook

import (
	"context"

	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/web"
)

// Page shows entries to browsers.
type Page struct {
	Entries rpc.Func[int, []Entry] `rpc:"guestbook.entries" timeout:"2s"`

	_ web.Route `method:"Show" route:"GET /entries"`
}

// Query says how much is to be shown.
type Query struct {
	Last int `query:"last" default:"10" minimum:"1"`
}

// Show asks the guestbook.
func (p *Page) Show(ctx context.Context, q Query) ([]Entry, error) { return p.Entries(ctx, q.Last) }
