// Package notes is a service with everything around it in HTTP: typed routes, a raw one
// that streams, who may come in (token.go), work in the background (index.go), and one
// method that call, event, timer and request reach alike.
package notes

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"

	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/timer"
	"github.com/enoki-go/enoki/web"
)

// Notes keeps notes. Who sends a request is in the context of each call that follows
// from it, in other services, too.
type Notes struct {
	Shelf   *Shelf
	Log     *slog.Logger
	Token   TokenConfig            `config:"token"`
	Written events.Publisher[Note] `event:"written"`
	Words   rpc.Func[string, int]  `rpc:"indexer.words"`

	_ web.Auth `method:"Authenticate"`

	_ web.Route `method:"LogIn" route:"POST /login" auth:"none"`
	_ web.Route `method:"Write" route:"POST /notes" status:"201"`
	_ web.Route `method:"Read" route:"GET /notes/{id}"`
	_ web.Route `method:"Count" route:"GET /notes/{id}/words"`
	_ web.Route `method:"Export" route:"GET /export"`

	_ web.Route      `method:"Tidy" route:"POST /tidy"`
	_ rpc.Method     `method:"Tidy"`
	_ events.Handler `method:"Tidy" source:"notes" event:"full"`
	_ timer.Job      `method:"Tidy" every:"1h"`
}

// NewNote is what is written.
type NewNote struct {
	Title string `json:"title" minLength:"1" maxLength:"80" doc:"what it is about"`
	Text  string `json:"text" maxLength:"10000"`
}

// Note is a note.
type Note struct {
	ID    int    `json:"id"`
	Owner string `json:"owner"`
	Title string `json:"title"`
	Text  string `json:"text"`
}

// ErrNoNote is returned for a note that is not there, or not the caller's.
var ErrNoNote = fault.Declare("notes.none", fault.NotFound, "there is no such note")

// Write keeps a note and answers at once; the indexer reads it later, even if this
// process is gone by then.
func (n *Notes) Write(ctx context.Context, in NewNote) (web.Reply[Note], error) {
	note := n.Shelf.Add(Note{Owner: userOf(ctx), Title: in.Title, Text: in.Text})
	if err := n.Written(ctx, note); err != nil {
		return web.Reply[Note]{}, err
	}
	return web.Reply[Note]{Header: http.Header{"Location": {fmt.Sprintf("/notes/%d", note.ID)}}, Body: note}, nil
}

// Which says which note is meant.
type Which struct {
	ID int `path:"id" minimum:"1"`
}

// Read returns a note of the caller.
func (n *Notes) Read(ctx context.Context, in Which) (Note, error) {
	note, ok := n.Shelf.Get(in.ID)
	if !ok || note.Owner != userOf(ctx) {
		return Note{}, ErrNoNote
	}
	return note, nil
}

// Count asks another service.
func (n *Notes) Count(ctx context.Context, in Which) (int, error) {
	note, err := n.Read(ctx, in)
	if err != nil {
		return 0, err
	}
	return n.Words(ctx, note.Text)
}

// Export streams all notes of the caller as text.
func (n *Notes) Export(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	for _, note := range n.Shelf.Of(userOf(r.Context())) {
		if _, err := fmt.Fprintf(w, "%d %s\n%s\n\n", note.ID, note.Title, note.Text); err != nil {
			return err
		}
	}
	return nil
}

// Tidy drops notes without a text. It knows nothing of what reached it.
func (n *Notes) Tidy(ctx context.Context) {
	n.Log.InfoContext(ctx, "tidied", "notes", n.Shelf.Tidy())
}

// userOf returns on whose behalf ctx is.
func userOf(ctx context.Context) string { return entrypoint.Data(ctx)["user"] }
