package reports_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/enoki-go/enoki/examples/reports"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
	svctest "github.com/enoki-go/enoki/testing"
)

// patience bounds every wait of these tests.
const patience = 20 * time.Second

func within(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}

// settings returns a configuration in which a month takes so long, and running calls
// have next to no time to end when the service stops.
func settings(folder string, month time.Duration) svctest.Config {
	return svctest.Config(fmt.Sprintf("drain: 100ms\nreports: {folder: %q, month: %v}", folder, month))
}

// clerk is what another process has of the service.
func clerk(t *testing.T, url string) rpc.Job[int, reports.Report] {
	t.Helper()
	client, err := rpc.Dial(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	build, err := rpc.JobOf[int, reports.Report](client, "reports.build")
	if err != nil {
		t.Fatal(err)
	}
	return build
}

var wanted = reports.Report{Year: 2026, Pages: 365}

func TestReportIsBuiltThoughItsWorkerStops(t *testing.T) {
	b, folder := svctest.NewBroker(t), t.TempDir()
	note := filepath.Join(folder, "note")
	begun := make(chan int, 1)
	first := svctest.New(t, b, &reports.Reports{}, settings(folder, time.Hour), service.Observe(func(e service.Event) {
		if started, ok := e.(service.CallStarted); ok {
			begun <- started.Call.Attempt
		}
	}))
	if err := reports.Order(within(t), clerk(t, b.URL()), 2026, note); err != nil {
		t.Fatal(err)
	}
	select {
	case <-begun:
	case <-within(t).Done():
		t.Fatal("nobody begins with the report")
	}
	first.Stop()
	if _, err := os.Stat(filepath.Join(folder, "2026.json")); err == nil {
		t.Fatal("have a report, want none: nobody had the time")
	}
	svctest.New(t, b, &reports.Reports{}, settings(folder, time.Millisecond))
	report, err := reports.Collect(within(t), clerk(t, b.URL()), note)
	if report != wanted || err != nil {
		t.Errorf("have %+v, %v, want %+v", report, err, wanted)
	}
}

func TestReportIsOrderedBeforeTheServiceRuns(t *testing.T) {
	b, folder := svctest.NewBroker(t), t.TempDir()
	note := filepath.Join(folder, "note")
	if err := reports.Order(within(t), clerk(t, b.URL()), 2026, note); err != nil {
		t.Fatal(err)
	}
	svctest.New(t, b, &reports.Reports{}, settings(folder, time.Millisecond))
	report, err := reports.Collect(within(t), clerk(t, b.URL()), note)
	if report != wanted || err != nil {
		t.Errorf("have %+v, %v, want %+v", report, err, wanted)
	}
}

func TestYearThatIsOrderedTwiceIsOneCall(t *testing.T) {
	b, folder := svctest.NewBroker(t), t.TempDir()
	var notes [2]string
	for i := range notes {
		file := filepath.Join(folder, strconv.Itoa(i))
		if err := reports.Order(within(t), clerk(t, b.URL()), 2026, file); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		notes[i] = string(text)
	}
	if want := "reports.build.1.build/2026"; notes[0] != want || notes[1] != want {
		t.Errorf("have %q, want %q twice", notes, want)
	}
}

func TestNoteThatHoldsNoHandleIsRefused(t *testing.T) {
	note := filepath.Join(t.TempDir(), "note")
	if err := os.WriteFile(note, []byte("reports"), 0o600); err != nil {
		t.Fatal(err)
	}
	if report, err := reports.Collect(t.Context(), rpc.Job[int, reports.Report]{}, note); err == nil {
		t.Errorf("have %+v, want an error: the note is %q", report, "reports")
	}
}

func TestReportIsFoundAndMailedOnceItIsBuilt(t *testing.T) {
	w := svctest.New(t, &reports.Reports{}, settings(t.TempDir(), time.Millisecond))
	for _, call := range [][]any{{"find", 2026}, {"mail", 2026, "ann@example.com"}} {
		_, err := w.Client().Proxy("reports").Call(within(t), call[0].(string), call[1:]...)
		if !errors.Is(err, reports.ErrNotBuilt) {
			t.Errorf("%v: have %v, want %v", call, err, reports.ErrNotBuilt)
		}
	}
	if report := svctest.Call[reports.Report](w, "reports.build", 2026); report != wanted {
		t.Errorf("build: have %+v, want %+v", report, wanted)
	}
	if report := svctest.Call[reports.Report](w, "reports.find", 2026); report != wanted {
		t.Errorf("find: have %+v, want %+v", report, wanted)
	}
	svctest.Call[any](w, "reports.mail", 2026, "ann@example.com")
}

func TestSecondRunFindsWhatTheFirstOneLeft(t *testing.T) {
	r := &reports.Reports{Settings: reports.Settings{Folder: t.TempDir(), Month: time.Millisecond}, Log: slog.New(slog.DiscardHandler)}
	if _, err := r.Build(t.Context(), 2026); err != nil {
		t.Fatal(err)
	}
	r.Settings.Month = time.Hour
	if report, err := r.Build(within(t), 2026); report != wanted || err != nil {
		t.Errorf("have %+v, %v, want %+v at once", report, err, wanted)
	}
}

func TestBuildEndsWithItsContext(t *testing.T) {
	r := &reports.Reports{Settings: reports.Settings{Folder: t.TempDir(), Month: time.Hour}}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if report, err := r.Build(ctx, 2026); !errors.Is(err, context.Canceled) {
		t.Errorf("have %+v, %v, want %v", report, err, context.Canceled)
	}
	if report, err := r.Find(2026); !errors.Is(err, reports.ErrNotBuilt) {
		t.Errorf("have %+v, %v, want %v", report, err, reports.ErrNotBuilt)
	}
}
