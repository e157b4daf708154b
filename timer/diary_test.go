package timer_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/enoki-go/enoki/config"
	"github.com/enoki-go/enoki/service"
	"github.com/enoki-go/enoki/timer"
)

// Diary notes when its methods run, in seconds since it was opened.
type Diary struct {
	*pages
}

type pages struct {
	opened time.Time
	body   func(context.Context) error

	mu    sync.Mutex // guards notes
	notes []string
}

// newDiary makes a diary whose methods do as body says.
func newDiary(body func(context.Context) error) Diary {
	return Diary{&pages{opened: time.Now(), body: body}}
}

// lasting is a body that takes a time, unless it is cancelled.
func lasting(d time.Duration) func(context.Context) error {
	return func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, d)
		defer cancel()
		<-ctx.Done()
		return nil
	}
}

// Run notes the time, that at which it was due where it is another, and what was
// missed.
func (d Diary) Run(ctx context.Context, t timer.Tick) error {
	note := d.since(time.Now())
	if due := d.since(t.Due); due != note {
		note += " for " + due
	}
	if t.Missed > 0 {
		note += fmt.Sprintf(" missed %d", t.Missed)
	}
	d.write(note)
	return d.body(ctx)
}

func (d Diary) since(t time.Time) string { return fmt.Sprint(t.Sub(d.opened).Seconds()) }

func (p *pages) write(note string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.notes = append(p.notes, note)
}

func (p *pages) read() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.notes, ", ")
}

// host starts services without a broker, and returns how to read their log.
func host(t *testing.T, settings string, options ...any) (*service.App, func() string) {
	t.Helper()
	cfg, err := config.Load(config.Text("test", settings))
	if err != nil {
		t.Fatal(err)
	}
	log := &pages{}
	app, err := service.New(cfg, service.Logger(slog.New(slog.NewTextHandler(log, nil))), service.With(options...))
	if err != nil {
		t.Fatal(err)
	}
	if err := app.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = app.Stop(context.Background()) })
	return app, log.read
}

// Write lets pages hold a log.
func (p *pages) Write(line []byte) (int, error) {
	p.write(string(bytes.TrimSpace(line)))
	return len(line), nil
}
