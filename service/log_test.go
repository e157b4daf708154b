package service_test

import (
	"context"
	"log/slog"
	"testing"

	"github.com/google/go-cmp/cmp"
)

type logger struct {
	Log *slog.Logger

	_ probe `method:"Write"`
}

func (l *logger) Write(ctx context.Context) {
	l.Log.InfoContext(ctx, "bare", "n", 1)
	l.Log.With("user", 7).InfoContext(ctx, "with")
	l.Log.WithGroup("order").InfoContext(ctx, "group", "n", 1)
	l.Log.With("user", 7).WithGroup("order").With("n", 1).WithGroup("item").InfoContext(ctx, "nested", "m", 2)
	l.Log.WithGroup("order").WithGroup("item").InfoContext(ctx, "twice", "n", 1)
}

func TestLoggerNamesTheCallOnceAtTheTop(t *testing.T) {
	t.Parallel()
	w := startWorld(t, &logger{})
	if _, err := w.call("logger.Write"); err != nil {
		t.Fatal(err)
	}
	for message, want := range map[string]map[string]any{
		"bare":   {"n": 1.0},
		"with":   {"user": 7.0},
		"group":  {"order": map[string]any{"n": 1.0}},
		"nested": {"user": 7.0, "order": map[string]any{"n": 1.0, "item": map[string]any{"m": 2.0}}},
		"twice":  {"order": map[string]any{"item": map[string]any{"n": 1.0}}},
	} {
		found := w.logged(message)
		if len(found) != 1 {
			t.Fatalf("%d records %q, want 1", len(found), message)
		}
		want["service"], want["method"], want["call_id"] = "logger", "write", "call-1"
		want["msg"], want["level"], want["time"] = message, "INFO", found[0]["time"]
		if diff := cmp.Diff(want, found[0]); diff != "" {
			t.Errorf("record (-want +have):\n%s", diff)
		}
	}
}

func TestLoggerOfTheHostNamesTheService(t *testing.T) {
	t.Parallel()
	w := startWorld(t, &logger{})
	w.point("logger.Write").host.Logger().Info("from the host")
	if r := w.logged("from the host"); len(r) != 1 || r[0]["service"] != "logger" {
		t.Errorf("records are %v, want one of service logger", r)
	}
}

func TestMisspeltSectionIsPointedAt(t *testing.T) {
	t.Parallel()
	w := startWorld(t, &logger{}, "workrs: 3\nunrelated_things: {a: 1}")
	found := w.logged("nothing here reads this section of the configuration; is it misspelt?")
	if len(found) != 1 || found[0]["section"] != "workrs" || found[0]["did_you_mean"] != "workers" || found[0]["at"] != "test.yml:1:1" {
		t.Errorf("records are %v, want one about workrs", found)
	}
}
