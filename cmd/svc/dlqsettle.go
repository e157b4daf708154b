package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/cmd/svc/internal/present"
	"github.com/enoki-go/enoki/events"
)

// settleFlags are the flags of verbs after which dead letters are gone.
type settleFlags struct {
	letterFlags

	all    bool
	dryRun bool
	json   bool
}

// settled is what became of the dead letters that were meant.
type settled struct {
	Done  int       `json:"done"`
	Of    int       `json:"of"`
	Plans []planned `json:"plans,omitempty"` // with --dry-run: what would be done, and was not
}

// planned is what would be done with a dead letter.
type planned struct {
	Number  uint64 `json:"number"`
	Event   string `json:"event"`
	Handler string `json:"handler"`           // that would get it, or had it
	Subject string `json:"subject,omitempty"` // of a replay
}

func (f *settleFlags) add(cmd *cobra.Command, dryRun string) {
	f.addFilter(cmd)
	cmd.Flags().BoolVar(&f.all, "all", false, "all that there are")
	cmd.Flags().BoolVar(&f.dryRun, "dry-run", false, dryRun)
	offerJSON[settled](cmd, &f.json, "print JSON: {done, of, plans}, plans with --dry-run")
}

// selection is which dead letters are meant.
type selection struct {
	numbers []uint64 // these, or
	filter  events.LetterFilter
}

// selection reads what was typed. All that there are have to be asked for.
func (f *settleFlags) selection(args []string) (s selection, err error) {
	filtered := f.event != "" || f.failure != "" || f.reason != ""
	switch {
	case len(args) == 0 && !filtered && !f.all:
		return s, errors.New("which dead letters? want their numbers, as svc dlq ls shows them, or a handler, --event, --error or --reason, or --all")
	case len(args) == 0:
		s.filter, err = f.filter("")
		return s, err
	case strings.Trim(args[0], "0123456789") != "":
		if len(args) > 1 {
			return s, fmt.Errorf("have %q, want numbers of dead letters, or one handler", args)
		}
		s.filter, err = f.filter(args[0])
		return s, err
	case filtered || f.all:
		return s, errors.New("have numbers of dead letters and --all or a filter, want one of the two")
	}
	for _, word := range args {
		number, err := letterNumber(word)
		if err != nil {
			return s, err
		}
		s.numbers = append(s.numbers, number)
	}
	return s, nil
}

// letters returns what is meant.
func (s selection) letters(ctx context.Context, dead *events.DeadLetters) iter.Seq2[events.Letter, error] {
	if s.numbers == nil {
		return dead.All(ctx, s.filter)
	}
	return func(yield func(events.Letter, error) bool) {
		for _, number := range s.numbers {
			if !yield(dead.Get(ctx, number)) {
				return
			}
		}
	}
}

// A settler does something with one dead letter.
type settler func(ctx context.Context, dead *events.DeadLetters, l events.Letter) error

// settleLimit bounds what is done with one dead letter.
const settleLimit = 30 * time.Second

// run settles what is meant and says how many it were. How completes "3 dead letters
// were".
func (f *settleFlags) run(cmd *cobra.Command, args []string, how string, settle settler) error {
	t, err := f.each(cmd, args, settle)
	return f.report(cmd.OutOrStdout(), t, err, func(out io.Writer) error {
		count := present.Count(t.Done, "dead letter")
		if t.Done < t.Of {
			count = fmt.Sprintf("%d of %d dead letters", t.Done, t.Of)
		}
		_, err := fmt.Fprintln(out, how, count)
		return err
	})
}

// report prints what became of dead letters, as JSON or by show, and returns err. Where
// there were none, people have been told.
func (f *settleFlags) report(out io.Writer, t settled, err error, show func(io.Writer) error) error {
	switch {
	case f.json && (t.Of > 0 || err == nil):
		return errors.Join(printValue(out, t), err)
	case t.Of == 0:
		return err
	}
	if printed := show(out); printed != nil {
		return printed
	}
	return err
}

// each settles what is meant, one after the other, and says why where it cannot. The
// error is for the first of those, and has been told.
func (f *settleFlags) each(cmd *cobra.Command, args []string, settle settler) (t settled, err error) {
	chosen, err := f.selection(args)
	if err != nil {
		return t, asUsage(cmd, err)
	}
	err = f.withLetters(cmd, func(ctx context.Context, dead *events.DeadLetters) (err error) {
		note := newNotes(cmd.ErrOrStderr(), false)
		if t, err = settleAll(ctx, dead, chosen, settle, note); t.Of > 0 || err != nil {
			return err
		}
		if err := checkHandler(ctx, dead, chosen.filter.Handler); err != nil {
			return err
		}
		note(noneMatch)
		return nil
	})
	return t, err
}

func settleAll(ctx context.Context, dead *events.DeadLetters, chosen selection, settle settler, note func(string)) (t settled, first error) {
	for l, err := range chosen.letters(ctx, dead) {
		if err != nil && chosen.numbers == nil {
			return t, err // the others are not known
		}
		if err == nil {
			limited, cancel := context.WithTimeout(ctx, settleLimit)
			err = settle(limited, dead, l)
			cancel()
		}
		if ctx.Err() != nil {
			return t, context.Canceled
		}
		t.Of++
		if err == nil {
			t.Done++
			continue
		}
		note(present.Safe(err.Error()))
		if first == nil {
			first = exitWith(exitCode(err), nil)
		}
	}
	return t, first
}

// checkTarget refuses what cannot be a handler; "" is none.
func checkTarget(handler string) error {
	if service, method, _ := strings.Cut(handler, "."); handler != "" && (!broker.ValidName(service) || !broker.ValidName(method)) {
		return fmt.Errorf("--to: have %q, want SERVICE.METHOD", handler)
	}
	return nil
}
