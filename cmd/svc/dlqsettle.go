package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os/signal"
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
	switch {
	case f.json && (t.begun > 0 || err == nil):
		return errors.Join(printValue(cmd.OutOrStdout(), settled{Done: t.done, Of: t.begun}), err)
	case t.begun == 0:
		return err
	}
	text := fmt.Sprintf("%s %d of %d dead letters", how, t.done, t.begun)
	switch {
	case t.done == t.begun && t.done == 1:
		text = how + " 1 dead letter"
	case t.done == t.begun:
		text = fmt.Sprintf("%s %d dead letters", how, t.done)
	}
	if _, printed := fmt.Fprintln(cmd.OutOrStdout(), text); printed != nil {
		return printed
	}
	return err
}

// tally is what became of the dead letters that were meant.
type tally struct{ begun, done int }

// each settles what is meant, one after the other, and says why where it cannot. The
// error is for the first of those, and has been told.
func (f *settleFlags) each(cmd *cobra.Command, args []string, settle settler) (tally, error) {
	chosen, err := f.selection(args)
	if err != nil {
		return tally{}, asUsage(cmd, err)
	}
	ctx, stop := signal.NotifyContext(cmd.Context(), stopSignals()...)
	defer stop()
	dead, end, err := f.openLetters(ctx)
	if err != nil {
		return tally{}, err
	}
	defer end()
	note := newNotes(cmd.ErrOrStderr(), false)
	t, err := settleAll(ctx, dead, chosen, settle, note)
	if t.begun > 0 || err != nil {
		return t, err
	}
	if err := checkHandler(ctx, dead, chosen.filter.Handler); err != nil {
		return t, err
	}
	note(noneMatch)
	return t, nil
}

func settleAll(ctx context.Context, dead *events.DeadLetters, chosen selection, settle settler, note func(string)) (t tally, first error) {
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
		t.begun++
		if err == nil {
			t.done++
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
