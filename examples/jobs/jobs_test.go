package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/examples/jobs"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/service"
	svctest "github.com/enoki-go/enoki/testing"
)

// url is of no page: the painters of most tests do not look.
const url = "https://pictures.example/cat.png"

// painter is a Painter that is a function.
type painter func(ctx context.Context, url string, size int) error

func (p painter) Paint(ctx context.Context, url string, size int, _ string) error {
	return p(ctx, url, size)
}

func quick(context.Context, string, int) error { return nil }

// settings returns a configuration whose files are all in one folder.
func settings(folder string) svctest.Config {
	return svctest.Config(fmt.Sprintf("drain: 100ms\nthumbnails: {folder: %q}\ndatabases: {thumbnails: {url: %q}}",
		folder, "sqlite:"+filepath.Join(folder, "thumbnails.db")))
}

// finished waits for the end of the last step of a job.
func finished(w *svctest.World) *svctest.Waiter {
	step := 0
	return w.Expect("thumbnails", "Paint", func(e service.CallEnded) bool {
		if e.Err == nil {
			step++
		}
		return step == 3
	})
}

func wantState(t *testing.T, w *svctest.World, id, state string, files int) jobs.Job {
	t.Helper()
	job := svctest.Call[jobs.Job](w, "thumbnails.status", id)
	if job.State != state || len(job.Files) != files {
		t.Errorf("have %+v, want it %s with %d files", job, state, files)
	}
	return job
}

func TestRequestIsAnsweredBeforeTheWorkIsDone(t *testing.T) {
	begin := make(chan struct{})
	w := svctest.New(t, settings(t.TempDir()), &jobs.Thumbnails{Painter: painter(func(context.Context, string, int) error {
		<-begin
		return nil
	})})
	done := finished(w)
	id := svctest.Call[string](w, "thumbnails.request", url)
	if again := svctest.Call[string](w, "thumbnails.request", url); again != id {
		t.Errorf("the same picture again: have job %s, want %s", again, id)
	}
	wantState(t, w, id, "working", 0)
	close(begin)
	done.Wait()
	wantState(t, w, id, "done", 3)
}

// The first process is stopped in the middle of the second step. Another one begins
// with that step anew and does the rest.
func TestJobIsFinishedByAnotherProcess(t *testing.T) {
	b, folder := svctest.NewBroker(t), t.TempDir()
	stuck := make(chan struct{}, 1)
	first := svctest.New(t, b, settings(folder), &jobs.Thumbnails{Painter: painter(func(ctx context.Context, _ string, size int) error {
		if size == 64 {
			return nil
		}
		stuck <- struct{}{}
		<-ctx.Done()
		return ctx.Err()
	})})
	id := svctest.Call[string](first, "thumbnails.request", url)
	await.Take(t, stuck)
	wantState(t, first, id, "working", 1)
	first.Stop()

	sizes := make(chan int, 3)
	second := svctest.New(t, b, settings(folder), &jobs.Thumbnails{Painter: painter(func(_ context.Context, _ string, size int) error {
		sizes <- size
		return nil
	})})
	for _, want := range []int{128, 256} {
		if have := await.Take(t, sizes); have != want {
			t.Errorf("have size %d, want %d", have, want)
		}
	}
	await.Until(t, "the job is done", func() bool {
		return svctest.Call[jobs.Job](second, "thumbnails.status", id).State == "done"
	})
}

var errDown = errors.New("the server of the picture is down")

func TestStepIsTriedAgainLaterAndLater(t *testing.T) {
	svctest.Virtual(t, func(t *testing.T) {
		var attempts []time.Duration
		began := time.Now()
		w := svctest.New(t, settings(t.TempDir()), &jobs.Thumbnails{Painter: painter(func(context.Context, string, int) error {
			attempts = append(attempts, time.Since(began).Round(time.Second))
			if len(attempts) < 4 {
				return errDown
			}
			return nil
		})})
		done := finished(w)
		id := svctest.Call[string](w, "thumbnails.request", url)
		done.Wait()
		wantState(t, w, id, "done", 3)
		if len(attempts) != 6 || attempts[3] < 6*time.Second || attempts[3] > 9*time.Second {
			t.Errorf("have attempts after %v, want the fourth after about 1 + 2 + 4 seconds", attempts)
		}
	})
}

// A step that fails eight times is a dead letter. Replayed, the job goes on where it
// stood.
func TestJobWaitsAmongTheDeadLetters(t *testing.T) {
	svctest.Virtual(t, func(t *testing.T) {
		down := true
		w := svctest.New(t, settings(t.TempDir()), &jobs.Thumbnails{Painter: painter(func(context.Context, string, int) error {
			if down {
				return errDown
			}
			return nil
		})})
		id := svctest.Call[string](w, "thumbnails.request", url)
		time.Sleep(time.Hour)
		synctest.Wait()
		down = false
		replay(t, w)
		time.Sleep(time.Minute)
		synctest.Wait()
		wantState(t, w, id, "done", 3)
	})
}

// replay replays the dead letters, of which there is one.
func replay(t *testing.T, w *svctest.World) {
	t.Helper()
	dead, err := events.OpenDeadLetters(t.Context(), w.Client().Connection())
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for l, err := range dead.All(t.Context(), events.LetterFilter{Handler: "thumbnails.paint"}) {
		if err != nil {
			t.Fatal(err)
		}
		if err := dead.Replay(t.Context(), l, ""); err != nil {
			t.Fatal(err)
		}
		count++
	}
	if count != 1 {
		t.Errorf("have %d dead letters, want 1", count)
	}
}

func TestOldJobsAreSweptAtThreeInVienna(t *testing.T) {
	svctest.Virtual(t, func(t *testing.T) {
		w := svctest.New(t, settings(t.TempDir()), svctest.Config("thumbnails: {keep: 1h}"),
			&jobs.Thumbnails{Painter: painter(quick)})
		done, swept := finished(w), w.Expect("thumbnails", "Sweep")
		id := svctest.Call[string](w, "thumbnails.request", url)
		done.Wait()
		wantState(t, w, id, "done", 3)
		swept.Wait()
		if have, want := time.Now().UTC().Truncate(time.Minute), time.Date(2000, 1, 1, 2, 0, 0, 0, time.UTC); !have.Equal(want) {
			t.Errorf("have old jobs swept at %v, want %v", have, want)
		}
		_, err := w.Client().Proxy("thumbnails").Call(t.Context(), "status", id)
		if !errors.Is(err, jobs.ErrNoJob) {
			t.Errorf("have %v, want %v", err, jobs.ErrNoJob)
		}
	})
}

func TestJobsOfTheLastHourAreNotSwept(t *testing.T) {
	w := svctest.New(t, settings(t.TempDir()), &jobs.Thumbnails{Painter: painter(quick)})
	done := finished(w)
	id := svctest.Call[string](w, "thumbnails.request", url)
	done.Wait()
	svctest.Call[any](w, "thumbnails.sweep")
	wantState(t, w, id, "done", 3)
}

func TestOneMethodIsReachedByCallEventAndTimer(t *testing.T) {
	svctest.Virtual(t, func(t *testing.T) {
		w := svctest.New(t, settings(t.TempDir()), &jobs.Thumbnails{Painter: painter(quick)})
		for _, tt := range []struct {
			kind     string
			stimulus func()
		}{
			{"rpc", func() { svctest.Call[any](w, "thumbnails.sweep") }},
			{"event", func() {
				if err := jobs.DiskFull(t.Context(), w.Broker().URL(), "sda"); err != nil {
					t.Error(err)
				}
			}},
			{"timer", func() {}}, // Wait waits until three o'clock
		} {
			swept := w.Expect("thumbnails", "Sweep")
			tt.stimulus()
			if ended := swept.Wait(); ended.Call.Kind != tt.kind || ended.Err != nil {
				t.Errorf("have it called by %s with %v, want by %s", ended.Call.Kind, ended.Err, tt.kind)
			}
		}
	})
}

func TestUnknownJobHasNoStatus(t *testing.T) {
	w := svctest.New(t, settings(t.TempDir()), &jobs.Thumbnails{Painter: painter(quick)})
	_, err := w.Client().Proxy("thumbnails").Call(await.Within(t), "status", "none")
	if !errors.Is(err, jobs.ErrNoJob) {
		t.Errorf("have %v, want %v", err, jobs.ErrNoJob)
	}
}
