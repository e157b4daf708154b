// Package jobs is slow work in the background: a request is answered at once, and the
// work is a chain of events whose handlers commit each step together with the event of
// the next one. It goes on after whatever process dies.
package jobs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/enoki-go/enoki/dependency/sqldb"
	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/lock"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
	"github.com/enoki-go/enoki/timer"
)

// Thumbnails makes small copies of pictures.
type Thumbnails struct {
	DB       *sqldb.Session        `db:"thumbnails"`
	Due      events.Publisher[Due] `event:"picture_due" outbox:"thumbnails"`
	Sweeping lock.Mutex            `lock:"thumbnails-sweep"`
	Painter  Painter
	Settings Settings `config:"thumbnails"`
	Log      *slog.Logger

	_ rpc.Method     `method:"Request" args:"url"`
	_ rpc.Method     `method:"Status" args:"id"`
	_ events.Handler `method:"Paint" source:"thumbnails" event:"picture_due" inbox:"thumbnails" attempts:"8" timeout:"1m"`

	_ rpc.Method     `method:"Sweep"`
	_ events.Handler `method:"Sweep" source:"storage" event:"disk_full"`
	_ timer.Job      `method:"Sweep" cron:"0 3 * * *" tz:"Europe/Vienna" scope:"cluster"`
}

// Settings is the configuration section thumbnails.
type Settings struct {
	Folder string        // of the copies; a folder for temporary files
	Keep   time.Duration // after which a job and its copies are swept; 24h
}

// Due is one copy that is to be made.
type Due struct {
	Job     string `json:"job"`
	URL     string `json:"url"`
	Picture int    `json:"picture"` // index of its size
}

// sizes are those of the copies of each picture: pixels of the longer side.
var sizes = []int{64, 128, 256}

// Request has copies of a picture made and returns the id of the job. The id follows
// from the url: who does not know whether the request has arrived makes it again.
func (t *Thumbnails) Request(ctx context.Context, url string) (id string, err error) {
	jobs, err := openJobs(ctx, t.DB)
	if err != nil {
		return "", err
	}
	id = idOf(url)
	added, err := jobs.add(ctx, id, url)
	if err != nil || !added {
		return id, err
	}
	return id, t.Due(ctx, Due{Job: id, URL: url})
}

// Paint makes one copy, which takes its time. After that, in one transaction, it notes
// the progress and has the next one made. An error rolls both back, and the event
// comes again.
func (t *Thumbnails) Paint(ctx context.Context, d Due) error {
	if d.Picture < 0 || d.Picture >= len(sizes) {
		return events.Drop(fmt.Errorf("have picture %d, want 0 to %d", d.Picture, len(sizes)-1))
	}
	painted := t.Painter.Paint(ctx, d.URL, sizes[d.Picture], t.file(d.Job, d.Picture))
	if painted != nil && !errors.Is(painted, ErrNoPicture) {
		return painted // the next attempt may find the server well again
	}
	jobs, err := openJobs(ctx, t.DB)
	if err != nil {
		return err
	}
	if painted != nil {
		return jobs.fail(ctx, d.Job, painted)
	}
	wanted, err := jobs.advance(ctx, d.Job, d.Picture+1)
	if err != nil || !wanted || d.Picture+1 == len(sizes) {
		return err
	}
	return t.Due(ctx, Due{Job: d.Job, URL: d.URL, Picture: d.Picture + 1})
}

// Job is how far a job has come.
type Job struct {
	ID    string   `json:"id"`
	URL   string   `json:"url"`
	State string   `json:"state"` // "working", "done" or "failed"
	Files []string `json:"files"` // that are there
	Error string   `json:"error,omitempty"`
}

// Status returns how far a job has come.
func (t *Thumbnails) Status(ctx context.Context, id string) (Job, error) {
	jobs, err := openJobs(ctx, t.DB)
	if err != nil {
		return Job{}, err
	}
	r, err := jobs.find(ctx, id)
	if err != nil {
		return Job{}, err
	}
	job := Job{ID: id, URL: r.url, State: r.state(), Files: []string{}, Error: r.failure}
	for picture := range r.done {
		job.Files = append(job.Files, t.file(id, picture))
	}
	return job, nil
}

// Sweep removes old jobs and their copies. It is called by other services, by the
// night, and by a full disk; where it runs already nothing is left to do.
func (t *Thumbnails) Sweep(ctx context.Context) error {
	held, err := t.Sweeping.TryAcquire(ctx)
	if errors.Is(err, lock.ErrHeld) {
		return nil
	}
	if err != nil {
		return err
	}
	return errors.Join(t.sweep(held.Context()), held.Release(ctx))
}

func (t *Thumbnails) sweep(ctx context.Context) error {
	jobs, err := openJobs(ctx, t.DB)
	if err != nil {
		return err
	}
	old, err := jobs.before(ctx, time.Now().Add(-cmp.Or(t.Settings.Keep, 24*time.Hour)))
	for _, id := range old {
		err = errors.Join(err, t.remove(id), jobs.remove(ctx, id))
	}
	t.Log.InfoContext(ctx, "old jobs swept", "jobs", len(old))
	return err
}

// remove removes the copies of a job.
func (t *Thumbnails) remove(id string) error {
	for picture := range sizes {
		if err := os.Remove(t.file(id, picture)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

func (t *Thumbnails) file(id string, picture int) string {
	folder := cmp.Or(t.Settings.Folder, filepath.Join(os.TempDir(), "enoki-thumbnails"))
	return filepath.Join(folder, fmt.Sprintf("%s-%d.png", id, sizes[picture]))
}

// Options gives `svc run` the constructor of the painter.
func Options() []service.Option {
	return []service.Option{service.Provide(NewPainter)}
}
