package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"
)

// options are the flags.
type options struct {
	rounds   int
	duration time.Duration
	run      *regexp.Regexp
	json     bool
	markdown bool
	profile  string
	workers  int
	starts   int
	flat     int64
	idle     time.Duration
	http     bool

	args []string // as given, for the command to repeat
}

func readOptions(args []string, errs io.Writer) (options, error) {
	o := options{run: regexp.MustCompile(""), args: args}
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.SetOutput(errs)
	f.IntVar(&o.rounds, "rounds", 12, "`rounds` of every contestant in every mode")
	f.DurationVar(&o.duration, "duration", 700*time.Millisecond, "how long a round takes, and as long its warm-up")
	f.Func("run", "measure only what matches the `regexp`: \"<mode> <contestant>\", such as \"small/64 enoki\", or \"start\"", o.match)
	f.BoolVar(&o.json, "json", false, "print JSON, with every ratio, instead of the table")
	f.BoolVar(&o.markdown, "markdown", false, "print the table as Markdown, for docs/performance.md")
	f.StringVar(&o.profile, "profile", "", "write CPU profiles of every process in every mode into `folder`")
	f.IntVar(&o.workers, "workers", 0, "`workers` of our service; 0 for what a service has by default")
	f.IntVar(&o.starts, "starts", 15, "how many `times` the service is started")
	f.Int64Var(&o.flat, "flat", 0, "pass so many `events` from emitter to handler and print the memory of both meanwhile, such as 1000000; 0 for none")
	f.BoolVar(&o.http, "http", false, "measure HTTP servers, and nothing else, with wrk: rounds are rounded to whole seconds")
	f.DurationVar(&o.idle, "idle", time.Second, "how long a started service idles before its memory is read")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	return o, o.check(f.Args())
}

func (o *options) match(text string) (err error) {
	o.run, err = regexp.Compile(text)
	return err
}

func (o *options) check(rest []string) error {
	switch {
	case len(rest) > 0:
		return fmt.Errorf("have argument %q, want flags only; see -help", rest[0])
	case o.json && o.markdown:
		return errors.New("have -json and -markdown, want one of them")
	case o.rounds < 1 || o.starts < 1:
		return fmt.Errorf("have -rounds %d and -starts %d, want at least 1 of each", o.rounds, o.starts)
	case o.flat != 0 && o.flat < flatParts:
		return fmt.Errorf("have -flat %d, want at least %d, or 0 for none", o.flat, flatParts)
	case o.http && o.flat != 0:
		return fmt.Errorf("have -http and -flat %d, want one of them", o.flat)
	case o.duration <= 0 || o.idle < 0 || o.workers < 0:
		return fmt.Errorf("have -duration %v, -idle %v and -workers %d, want a duration above 0 and nothing below", o.duration, o.idle, o.workers)
	}
	return nil
}

// format is how a report is printed.
type format int

const (
	asText format = iota
	asJSON
	asMarkdown
)

func (o *options) format() format {
	switch {
	case o.json:
		return asJSON
	case o.markdown:
		return asMarkdown
	}
	return asText
}

// command repeats the run.
func (o *options) command() string {
	words := []string{"go -C bench run ."}
	for _, a := range o.args {
		if strings.ContainsAny(a, " \t*?|()[]{}$'\"\\&;<>") {
			a = "'" + strings.ReplaceAll(a, "'", `'\''`) + "'"
		}
		words = append(words, a)
	}
	return strings.Join(words, " ")
}
