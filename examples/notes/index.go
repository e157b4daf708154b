package notes

import (
	"context"
	"log/slog"
	"strings"

	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/rpc"
)

// Indexer works in the background.
type Indexer struct {
	Log *slog.Logger

	_ events.Handler `method:"OnWritten" source:"notes" event:"written"`
	_ rpc.Method     `method:"Words" args:"text"`
}

// OnWritten reads a note that was written.
func (i *Indexer) OnWritten(ctx context.Context, n Note) {
	i.Log.InfoContext(ctx, "note is indexed", "id", n.ID, "words", i.Words(n.Text), "user", userOf(ctx))
}

// Words counts the words of a text.
func (*Indexer) Words(text string) int { return len(strings.Fields(text)) }
