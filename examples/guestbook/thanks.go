package guestbook

import (
	"context"
	"log/slog"

	"github.com/enoki-go/enoki/events"
)

// Thanks hears of entries.
type Thanks struct {
	Settings Settings `config:"guestbook"`
	Log      *slog.Logger

	_ events.Handler `method:"OnSigned" source:"guestbook" event:"signed"`
}

// Settings is the section guestbook of the configuration.
type Settings struct {
	Greeting string // before the name
}

// OnSigned thanks who signed.
func (t *Thanks) OnSigned(ctx context.Context, e Entry) {
	t.Log.InfoContext(ctx, "thank you", "to", e.Name, "greeting", t.Settings.Greeting)
}
