package guestbook

import (
	"context"
	"log/slog"

	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/timer"
)

// Night tidies up.
type Night struct {
	Book *Book
	Log  *slog.Logger

	_ timer.Job  `method:"Tidy" cron:"0 3 * * *" tz:"Europe/Vienna"`
	_ rpc.Method `method:"Tidy"`
}

// kept is how many entries are left in the morning.
const kept = 100

// Tidy drops old entries. It does not know whether it is three o'clock or was called.
func (n *Night) Tidy(ctx context.Context) int {
	dropped := n.Book.Keep(kept)
	n.Log.InfoContext(ctx, "tidied", "dropped", dropped)
	return dropped
}
