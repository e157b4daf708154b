package main

import (
	"io"
	"strings"
	"testing"
	"time"
)

func TestOptionsRefuseWhatCannotBeMeasured(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		args string
		want string
	}{
		{"-rounds 0", "have -rounds 0 and -starts 15, want at least 1"},
		{"-starts 0", "want at least 1"},
		{"-duration 0s", "want a duration above 0"},
		{"-workers -1", "have -duration 700ms, -idle 1s and -workers -1"},
		{"-flat 5", "have -flat 5, want at least 10"},
		{"-http -flat 100", "have -http and -flat 100, want one of them"},
		{"-json -markdown", "have -json and -markdown, want one of them"},
		{"-run (", "missing closing"},
		{"small", `have argument "small", want flags only`},
	} {
		t.Run(tt.args, func(t *testing.T) {
			t.Parallel()
			_, err := readOptions(strings.Fields(tt.args), io.Discard)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("have error %v, want %s", err, tt.want)
			}
		})
	}
}

func TestOptionsHaveDefaults(t *testing.T) {
	t.Parallel()
	o, err := readOptions(nil, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if o.rounds != 12 || o.duration != 700*time.Millisecond || !o.run.MatchString("anything") {
		t.Errorf("have %d rounds of %v of what matches %q, want 12 of 700ms of everything", o.rounds, o.duration, o.run)
	}
}

func TestCommandCanBePastedIntoAShell(t *testing.T) {
	t.Parallel()
	o, err := readOptions([]string{"-rounds", "3", "-run", "small/.* (enoki|it's)"}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := o.command(), `go -C bench run . -rounds 3 -run 'small/.* (enoki|it'\''s)'`; got != want {
		t.Errorf("have %s\nwant %s", got, want)
	}
}
