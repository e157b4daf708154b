package main

import (
	"fmt"
	"io"
	"log/slog"
)

// newNotes returns how a verb tells the user what it does, beside its data: as
// lines that begin with "svc:", or as JSON among the JSON of the services.
func newNotes(w io.Writer, asJSON bool) func(string) {
	if asJSON {
		logger := slog.New(slog.NewJSONHandler(w, nil))
		return func(text string) { logger.Info("svc", "note", text) }
	}
	return func(text string) { _, _ = fmt.Fprintln(w, "svc: "+text) }
}
