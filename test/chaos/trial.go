package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/enoki-go/enoki/test/chaos/check"
	"github.com/enoki-go/enoki/test/chaos/history"
	"github.com/enoki-go/enoki/test/chaos/role"
)

// trial runs the load and the faults once and judges what happened.
func trial(ctx context.Context, o options, naive bool, errs io.Writer) ([]check.Verdict, tally, error) {
	dir, err := o.makeDir(naive)
	if err != nil {
		return nil, tally{}, err
	}
	w, err := newWorld(o, naive, dir)
	if err != nil {
		return nil, tally{}, err
	}
	before, after, err := w.run(ctx, errs)
	if err = errors.Join(err, w.close()); err != nil {
		return nil, tally{}, fmt.Errorf("%w (histories and logs are in %s)", err, dir)
	}
	facts, err := history.Read(dir)
	if err != nil {
		return nil, tally{}, err
	}
	judge := check.Judge
	switch o.mode {
	case ofEvents, absence:
		judge = check.JudgeEvents
	case ordered:
		judge = check.JudgeOrder
	case timers:
		judge = check.JudgeTimers
	default:
	}
	rules := check.Rules{Workers: o.workers, Drain: o.drain, Slack: o.slack, Naive: naive}
	verdicts := judge(facts, rules)
	switch o.mode {
	case spike:
		verdicts = append(lookedAt(verdicts, "P2"), judgeSpike(o, naive, facts, errs)...)
	case crowd:
		verdicts = append(lookedAt(verdicts), judgeCrowd(o, facts, before, after)...)
	case outage, roll:
		verdicts = lookedAt(verdicts)
	case hostile:
		verdicts = append(lookedAt(verdicts), check.JudgeHostile(facts, rules)...)
	case soak, ofEvents, ordered, timers, absence:
	}
	return verdicts, w.tally, o.tidy(dir, verdicts, errs)
}

// lookedAt leaves out what a mode is not about, and promises that it does not
// give.
func lookedAt(verdicts []check.Verdict, without ...string) []check.Verdict {
	var rest []check.Verdict
	for _, v := range verdicts {
		if v.Count+v.Violations > 0 && !slices.Contains(without, v.Promise) {
			rest = append(rest, v)
		}
	}
	return rest
}

// makeDir makes the directory of a trial.
func (o options) makeDir(naive bool) (string, error) {
	if o.dir == "" {
		return os.MkdirTemp("", "chaos-")
	}
	dir := filepath.Join(o.dir, "enoki")
	if naive {
		dir = filepath.Join(o.dir, "naive")
	}
	if err := os.MkdirAll(o.dir, 0o700); err != nil {
		return "", err
	}
	return dir, os.Mkdir(dir, 0o700) // histories of two runs must not mix
}

// tidy removes the directory, unless it was asked for or shows violations.
func (o options) tidy(dir string, verdicts []check.Verdict, errs io.Writer) error {
	for _, v := range verdicts {
		if v.Violations > 0 || o.dir != "" {
			_, _ = fmt.Fprintln(errs, "histories and logs are in", dir)
			return nil
		}
	}
	return os.RemoveAll(dir)
}

// run starts the processes, makes the load and the faults, and ends them.
func (w *world) run(ctx context.Context, errs io.Writer) (before, after scene, err error) {
	defer w.family.Close() // of what is left when something fails
	if err := w.start(ctx); err != nil {
		return before, after, err
	}
	if before, err = w.scene(ctx); err != nil {
		return before, after, err
	}
	if err := w.fill(ctx); err != nil {
		return before, after, err
	}
	_, _ = fmt.Fprintf(errs, "load of %v begins\n", w.options.length)
	begin := time.Now()
	for _, s := range slices.Concat(w.callers, w.submitters) {
		if err := s.current().Say(role.Go); err != nil {
			return before, after, err
		}
	}
	if err := w.afflict(ctx, begin, w.options.plan()); err != nil {
		return before, after, err
	}
	if err := w.endSubmitters(ctx, begin); err != nil {
		return before, after, err
	}
	summaries, err := w.awaitCallers(ctx, begin)
	if err != nil {
		return before, after, err
	}
	if err := w.fetch(ctx); err != nil {
		return before, after, err
	}
	w.note(history.Fact{Time: begin.Add(w.options.length).UnixNano(), Kind: history.LoadDone})
	if err := w.collect(ctx, errs); err != nil {
		return before, after, err
	}
	if after, err = w.scene(ctx); err != nil {
		return before, after, err
	}
	after.callers = summaries
	return before, after, w.stop(ctx)
}

// endSubmitters ends the durable calls with the load. They are not waited for.
func (w *world) endSubmitters(ctx context.Context, begin time.Time) error {
	if err := sleep(ctx, time.Until(begin.Add(w.options.length))); err != nil {
		return err
	}
	return forAll(w.submitters, func(s *seat) error {
		w.note(history.Fact{Kind: history.Struck, Process: s.current().Name, Fault: ended})
		s.current().HangUp()
		return s.current().Await(ctx)
	})
}

// fetch lets a new process ask for the results of all durable calls.
func (w *world) fetch(ctx context.Context) error {
	if len(w.submitters) == 0 {
		return nil
	}
	if err := w.fetcher.start(ctx); err != nil {
		return err
	}
	c := w.fetcher.current()
	w.note(history.Fact{Kind: history.Struck, Process: c.Name, Fault: ended})
	return c.Await(ctx)
}

// lateLimit is how long after the last deadline callers are waited for.
const lateLimit = 30 * time.Second

// awaitCallers waits until all calls have returned. One that does not is a
// violation, not an error of the suite.
func (w *world) awaitCallers(ctx context.Context, begin time.Time) ([]role.Summary, error) {
	last := begin.Add(w.options.length + w.options.deadline + lateLimit)
	limited, cancel := context.WithDeadline(ctx, last)
	defer cancel()
	summaries := make([]role.Summary, len(w.callers))
	for i, s := range w.callers {
		line, err := s.current().Line(limited)
		if limited.Err() != nil && ctx.Err() == nil {
			continue
		}
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(line), &summaries[i]); err != nil {
			return nil, fmt.Errorf("summary of %s: %w", s.name, err)
		}
	}
	return summaries, nil
}
