// Package clerk is a service that is reached by files, and writes a journal.
package clerk

import (
	"context"
	"log/slog"
	"os"
	"strings"

	"github.com/enoki-go/enoki/examples/extending/journal"
	"github.com/enoki-go/enoki/examples/extending/spool"
	"github.com/enoki-go/enoki/fault"
)

// Clerk takes orders that others put into a folder.
type Clerk struct {
	Journal *journal.Journal
	Log     *slog.Logger

	_ spool.Files `method:"Take" files:"in/*.txt" workers:"4"`
}

// Take reads an order. One that cannot be read stays in the folder, and leaves no trace
// in the journal.
func (c *Clerk) Take(ctx context.Context, file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	order := strings.TrimSpace(string(text))
	c.Journal.WriteString("took " + order + "\n")
	if order == "" {
		return fault.New(fault.Invalid, "an empty order")
	}
	c.Log.InfoContext(ctx, "an order was taken", "order", order)
	return nil
}
