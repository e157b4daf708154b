// Package spool makes a call of each file in a folder, and removes it if that succeeds.
package spool

import (
	"context"
	"os"
	"path/filepath"
	"reflect"
	"sync"
	"time"

	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/tag"
)

// Files is the marker: _ spool.Files `method:"Take" files:"in/*.txt"`.
type Files struct{ start, stop func() }

// Declare is called for each marker, before anything starts.
func (Files) Declare(t reflect.StructTag, m *entrypoint.Method, h entrypoint.Host) (entrypoint.Entrypoint, error) {
	var polling sync.WaitGroup
	var o struct{ Files string }
	ctx, end := context.WithCancel(context.Background())
	poll := func() {
		for ; ctx.Err() == nil; time.Sleep(time.Second / 10) {
			files, _ := filepath.Glob(o.Files)
			for _, file := range files {
				take(ctx, file, m, h)
			}
		}
	}
	return Files{func() { polling.Go(poll) }, func() { end(); polling.Wait() }}, tag.Read(t, &o, entrypoint.TagKeys()...)
}

// Start returns once files would be taken.
func (f Files) Start(context.Context) error { f.start(); return nil }

// Stop returns once no more are. Those that are under way end by themselves.
func (f Files) Stop(context.Context) error { f.stop(); return nil }

// take waits for a worker. When its call has ended the file is gone, or back for another try.
func take(ctx context.Context, file string, m *entrypoint.Method, h entrypoint.Host) {
	busy, c := file+".busy", &entrypoint.Call{ID: entrypoint.NewID(), Kind: "file", Method: m}
	c.Decode = func(into []any) error { *into[0].(*string) = busy; return nil }
	done := func(_ any, err error) {
		if err != nil || os.Remove(busy) != nil {
			_ = os.Rename(busy, file)
		}
	}
	if os.Rename(file, busy) == nil && h.Spawn(ctx, c, done) != nil {
		done(nil, entrypoint.ErrStopping)
	}
}
