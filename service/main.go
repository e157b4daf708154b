package service

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/enoki-go/enoki/config"
	"github.com/enoki-go/enoki/service/internal/redact"
)

// Exit codes of Main.
const (
	exitOK          = 0
	exitFailure     = 1
	exitUsage       = 2
	exitInterrupted = 130
)

// Main is the whole main function of a program of services. It takes pointers to
// service structs, Options and slices of Options, reads flags and configuration,
// runs until SIGINT or SIGTERM and exits: 0 after a clean stop, 1 after a
// failure, 2 for wrong flags, 130 when a second signal cut the stop short.
//
// `--help` lists the flags; `--describe` prints the manifest as JSON and exits.
func Main(services ...any) {
	os.Exit(program{args: os.Args, out: os.Stdout, errs: os.Stderr}.run(services)) //nolint:forbidigo // this is main
}

// program is a run of Main.
type program struct {
	args      []string
	out, errs io.Writer
}

func (p program) run(services []any) int {
	o, err := p.options()
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitOK
	case err != nil:
		return exitUsage
	}
	app, err := p.app(o, services)
	if err != nil {
		return p.fail(err)
	}
	if o.describe {
		return p.exit(p.describe(app))
	}
	return p.exit(app.Run(context.Background()))
}

// describe prints the manifest.
func (p program) describe(app *App) (err error) {
	m := app.Manifest()
	if m.Documents, err = app.Documents(); err != nil {
		return err
	}
	encoder := json.NewEncoder(p.out)
	encoder.SetIndent("", "  ")
	return encoder.Encode(m)
}

func (p program) exit(err error) int {
	switch {
	case err == ErrForced: //nolint:errorlint // nothing else is to be said
		return exitInterrupted
	case errors.Is(err, ErrForced):
		p.fail(err)
		return exitInterrupted
	case err != nil:
		return p.fail(err)
	default:
		return exitOK
	}
}

func (p program) fail(err error) int {
	_, _ = fmt.Fprintln(p.errs, err) // nowhere else to say it
	return exitFailure
}

// app builds the application from what was given and what the flags say.
func (p program) app(o options, services []any) (*App, error) {
	cfg, err := config.Load(o.sources()...)
	if err != nil {
		return nil, err
	}
	logger, err := p.logger(cfg, o.json)
	if err != nil {
		return nil, err
	}
	slog.SetDefault(logger) // what else logs in this program is in the same form
	return New(cfg, Logger(logger), With(services...))
}

// options are the flags of a program.
type options struct {
	files     []string
	defines   []string
	broker    string
	namespace string
	port      int
	drain     time.Duration
	json      bool
	describe  bool
	given     map[string]bool // flags that were there
}

func (p program) options() (options, error) {
	o := options{given: make(map[string]bool)}
	f := flag.NewFlagSet(p.args[0], flag.ContinueOnError)
	f.SetOutput(p.errs)
	f.Func("config", "read the configuration from this YAML `file`; may be repeated, later files win", o.repeat(&o.files))
	f.Func("define", "set a configuration `key=value`; may be repeated, wins over files", o.repeat(&o.defines))
	f.StringVar(&o.broker, "broker", "", "`URL` of the NATS server (broker.url)")
	f.StringVar(&o.namespace, "namespace", "", "first `token` of all subjects (broker.namespace; svc)")
	f.IntVar(&o.port, "port", 0, "`port` of the HTTP server (web.port)")
	f.DurationVar(&o.drain, "drain", 0, "how long running calls may take at stop (drain; 30s)")
	f.BoolVar(&o.json, "json", false, "write the log as JSON lines")
	f.BoolVar(&o.describe, "describe", false, "print the manifest of the services as JSON and exit")
	if err := f.Parse(p.args[1:]); err != nil {
		return o, err
	}
	f.Visit(func(f *flag.Flag) { o.given[f.Name] = true })
	if f.NArg() > 0 {
		_, _ = fmt.Fprintf(p.errs, "unexpected argument %q; flags only, see --help\n", f.Arg(0))
		return o, errors.New("usage")
	}
	return o, nil
}

func (options) repeat(into *[]string) func(string) error {
	return func(value string) error {
		*into = append(*into, value)
		return nil
	}
}

// sources returns the configuration that the flags ask for.
func (o options) sources() []config.Option {
	var all []config.Option
	for _, file := range o.files {
		all = append(all, config.File(file))
	}
	for _, d := range o.defines {
		all = append(all, config.Define(d))
	}
	if o.broker != "" {
		all = append(all, config.Define(fmt.Sprintf("broker.url=%q", o.broker)))
	}
	if o.namespace != "" {
		all = append(all, config.Define(fmt.Sprintf("broker.namespace=%q", o.namespace)))
	}
	if o.given["port"] {
		all = append(all, config.Define(fmt.Sprintf("web.port=%d", o.port)))
	}
	if o.given["drain"] {
		all = append(all, config.Define(fmt.Sprintf("drain=%s", o.drain)))
	}
	return all
}

// logSettings is the configuration section log.
type logSettings struct {
	Level  slog.Level // debug, info, warn or error
	Format string     // text or json
}

func (p program) logger(cfg *config.Config, asJSON bool) (*slog.Logger, error) {
	s := logSettings{Level: slog.LevelInfo, Format: "text"}
	if err := cfg.Section("log", &s); err != nil {
		return nil, err
	}
	handling := &slog.HandlerOptions{Level: s.Level}
	switch {
	case asJSON || s.Format == "json":
		return slog.New(redact.New(slog.NewJSONHandler(p.errs, handling))), nil
	case s.Format == "text":
		return slog.New(redact.New(slog.NewTextHandler(p.errs, handling))), nil
	default:
		return nil, fmt.Errorf("configuration key log.format: have %q, want text or json", s.Format)
	}
}
