package main

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/enoki-go/enoki/examples/reports"
	svctest "github.com/enoki-go/enoki/testing"
)

func TestClerkOrdersAndCollects(t *testing.T) {
	folder := t.TempDir()
	w := svctest.New(t, &reports.Reports{Settings: reports.Settings{Folder: folder, Month: time.Millisecond}})
	note := filepath.Join(folder, "note")
	for _, words := range [][]string{{"order", "2026", note}, {"collect", note}} {
		if err := run(t.Context(), w.Broker().URL(), words); err != nil {
			t.Errorf("%q: have %v, want nothing", words, err)
		}
	}
}

func TestClerkRefusesWordsThatAreNone(t *testing.T) {
	url := svctest.NewBroker(t).URL()
	for _, words := range [][]string{nil, {"order"}, {"collect"}, {"burn", "x"}} {
		if err := run(t.Context(), url, words); !errors.Is(err, errUsage) {
			t.Errorf("%q: have %v, want %v", words, err, errUsage)
		}
	}
	if err := run(t.Context(), url, []string{"order", "last", "x"}); err == nil {
		t.Error("have nothing, want an error: the year is no number")
	}
}
