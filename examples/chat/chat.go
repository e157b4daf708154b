// Package chat is a chat in the browser: a page, its websocket, and rooms that span all
// instances of the service.
package chat

import (
	"context"
	"embed"
	"io/fs"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/service"
	"github.com/enoki-go/enoki/web"
)

// Chat serves the page, and what the page asks for.
type Chat struct {
	Hub    *web.Hub
	People *People

	_ web.Route `method:"Page" route:"GET /{$}"`
	_ web.Route `method:"Page" route:"GET /page.js"`
	_ web.Route `method:"Page" route:"GET /style.css"`

	_ web.Socket `method:"Join" args:"room,name"`
	_ web.Socket `method:"Say" args:"room,text"`
	_ web.Socket `method:"Leave" args:"room"`
	_ web.Socket `method:"Gone" on:"disconnect"`
}

// Line is what everybody in a room hears with the event said, and, without a text, with
// the events joined and left.
type Line struct {
	Name string    `json:"name"`
	Text string    `json:"text,omitempty"`
	At   time.Time `json:"at"`
}

// Join lets a person into a room. Who is there hears of it, on every instance.
func (c *Chat) Join(ctx context.Context, room, name string) error {
	room, name = strings.TrimSpace(room), strings.TrimSpace(name)
	if err := within("room", room, 40); err != nil {
		return err
	}
	if err := within("name", name, 40); err != nil {
		return err
	}
	socket := web.SocketFrom(ctx).ID()
	if err := c.Hub.Subscribe(socket, room); err != nil {
		return err
	}
	c.People.enter(seat{socket, room}, name)
	return c.tell(ctx, room, "joined", Line{Name: name})
}

// Say tells a text to the room.
func (c *Chat) Say(ctx context.Context, room, text string) error {
	name, ok := c.People.at(seat{web.SocketFrom(ctx).ID(), room})
	if !ok {
		return fault.Newf(fault.Denied, "join %q first", room)
	}
	if err := within("text", strings.TrimSpace(text), 1000); err != nil {
		return err
	}
	return c.tell(ctx, room, "said", Line{Name: name, Text: text})
}

// Leave takes a person out of a room. Who is left there hears of it.
func (c *Chat) Leave(ctx context.Context, room string) error {
	socket := web.SocketFrom(ctx).ID()
	name, ok := c.People.leave(seat{socket, room})
	if !ok {
		return nil // has left already
	}
	if err := c.Hub.Unsubscribe(socket, room); err != nil {
		return err
	}
	return c.tell(ctx, room, "left", Line{Name: name})
}

// Gone runs after the page was closed, or the connection was lost.
func (c *Chat) Gone(ctx context.Context) error {
	for at, name := range c.People.gone(web.SocketFrom(ctx).ID()) {
		if err := c.tell(ctx, at.room, "left", Line{Name: name}); err != nil {
			return err
		}
	}
	return nil
}

// tell reaches everybody in the room. It fails where the broker is away; then only those
// heard it who are connected to this instance.
func (c *Chat) tell(ctx context.Context, room, event string, l Line) error {
	l.At = time.Now()
	return c.Hub.Broadcast(ctx, room, event, l)
}

func within(what, text string, most int) error {
	if n := utf8.RuneCountInString(text); n == 0 || n > most {
		return fault.Newf(fault.Invalid, "%s: have %d characters, want 1 to %d", what, n, most)
	}
	return nil
}

//go:embed page
var embedded embed.FS

// Page serves the files of the page. The server itself has the module that page.js
// imports.
func (*Chat) Page(w http.ResponseWriter, r *http.Request) error {
	files, err := fs.Sub(embedded, "page")
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("Content-Security-Policy", "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'")
	http.FileServerFS(files).ServeHTTP(w, r)
	return nil
}

// Options gives `svc run` the constructor of what calls share.
func Options() []service.Option { return []service.Option{service.Provide(NewPeople)} }
