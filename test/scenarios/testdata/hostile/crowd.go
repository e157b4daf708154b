package hostile

import (
	"context"
	"net/http"
	"strings"

	"github.com/enoki-go/enoki/web"
)

// Crowd is where websockets meet.
type Crowd struct {
	_ web.Auth   `method:"Authenticate"`
	_ web.Socket `method:"Echo" args:"text"`
	_ web.Socket `method:"Join" args:"channel"`
	_ web.Route  `method:"Announce" route:"POST /channels/{channel}" auth:"none"`

	Hub *web.Hub
}

// Authenticate knows one client.
func (*Crowd) Authenticate(r *http.Request) (web.Data, error) { return authenticate(r) }

// Echo returns its parameter.
func (*Crowd) Echo(text any) any { return text }

// Join lets the client hear what is announced on a channel.
func (c *Crowd) Join(ctx context.Context, channel string) error {
	return c.Hub.Subscribe(web.SocketFrom(ctx).ID(), channel)
}

// Announcement is how many events to announce, and how large.
type Announcement struct {
	Channel string `path:"channel"`
	Count   int    `json:"count"`
	Size    int    `json:"size"`
}

// Announce broadcasts events.
func (c *Crowd) Announce(ctx context.Context, in Announcement) error {
	for n := range in.Count {
		if err := c.Hub.Broadcast(ctx, in.Channel, "announced", map[string]any{"n": n, "text": strings.Repeat("x", in.Size)}); err != nil {
			return err
		}
	}
	return nil
}
