package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/enoki-go/enoki/cmd/svc/internal/console"
	"github.com/enoki-go/enoki/cmd/svc/internal/present"
)

// logFlags say how the logs of services are written.
type logFlags struct {
	form string
	json bool
	log  console.Options // what they come to
}

// A logLine is one line of a log, with the attributes of its record beside these.
type logLine struct {
	Time    time.Time `json:"time"`
	Level   string    `json:"level"`
	Msg     string    `json:"msg"`
	Process string    `json:"process,omitempty"` // which of several said it
}

func (f *logFlags) addLog(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.form, "log", "", "write logs in this `FORM`: pretty, json or text (else $SVC_LOG; pretty\non a terminal, json elsewhere)")
	offerJSONLines[logLine](cmd, &f.json, "write logs as JSON lines, as --log json")
}

// An output is where a run writes.
type output struct {
	output func(label string) (stdout, stderr io.WriteCloser)
	note   func(text string)
	fail   func(err error) // what the run goes on after
}

// console resolves the flags and returns where cmd writes.
func (f *logFlags) console(cmd *cobra.Command) (output, error) {
	form, err := f.format(cmd.ErrOrStderr())
	if err != nil {
		return output{}, err
	}
	f.log = console.Options{Format: form, Colour: present.Colours(cmd.ErrOrStderr())}
	c := console.New(f.log)
	stderr := c.Locked(cmd.ErrOrStderr())
	note := newNotes(stderr, form == console.JSON)
	fail := func(err error) { note(err.Error()) }
	if form != console.JSON {
		fail = func(err error) { printError(stderr, err) }
	}
	return output{
		output: func(label string) (io.WriteCloser, io.WriteCloser) {
			return c.Writer(label, cmd.OutOrStdout()), c.Writer(label, cmd.ErrOrStderr())
		},
		note: note, fail: fail,
	}, nil
}

func (f *logFlags) format(w io.Writer) (console.Format, error) {
	source, name := "--log", f.form
	if name == "" {
		source, name = "SVC_LOG", os.Getenv("SVC_LOG")
	}
	switch {
	case f.json && f.form != "" && f.form != string(console.JSON):
		return "", errors.New("--json and --log " + f.form + ": want one of the two")
	case f.json:
		return console.JSON, nil
	case name == "" && present.IsTerminal(w):
		return console.Pretty, nil
	}
	form, err := console.Parse(cmp.Or(name, string(console.JSON)))
	if err != nil {
		return "", fmt.Errorf("%s: %w", source, err)
	}
	return form, nil
}
