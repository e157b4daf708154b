package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"github.com/spf13/cobra"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/cmd/svc/internal/present"
	"github.com/enoki-go/enoki/config"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
	"github.com/enoki-go/enoki/web/gateway"
)

// gatewayFlags are the flags of svc gateway.
type gatewayFlags struct {
	connectFlags

	host     string
	port     int
	subjects []string
	upper    bool
	internal string
	json     bool
}

func gatewayVerb() *cobra.Command {
	var f gatewayFlags
	cmd := &cobra.Command{
		Use:   "gateway [flags]",
		Short: "Serve the methods of all services by HTTP.",
		Long: "Serve HTTP in front of the services on a broker. POST /SERVICE/METHOD with the\n" +
			"arguments in JSON calls a method. Any other path is a subject: GET /foo/bar?data=x\n" +
			"sends {\"data\":[\"x\"]} to foo.bar.get, if a worker has announced it (rpc.Subject) or\n" +
			"--subject allows it. /openapi.json describes the methods that are live, /apidocs/ shows\n" +
			"them. The sections gateway and web of the configuration say more, see docs/web.md.\n" +
			"Where no broker is named and none answers at the default address, a development broker\n" +
			"is started.\n\n" +
			"The first ^C lets requests finish; the second ends at once.",
		Example: "  svc gateway\n  svc gateway --port 8080 --subject 'foo.>' --broker nats://bus:4222",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return f.run(cmd) },
	}
	f.addBroker(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.host, "host", "", "listen at this `ADDRESS` (default: web.host, 127.0.0.1)")
	flags.IntVar(&f.port, "port", 0, "listen on this `PORT`, 0 for any (default: web.port, 8000)")
	flags.StringArrayVar(&f.subjects, "subject", nil, "let requests go to the subjects of this `PATTERN`, too; repeatable")
	flags.BoolVar(&f.upper, "upper", false, "GET /foo goes to foo.GET, not foo.get")
	flags.StringVar(&f.internal, "internal-broker", "", "`URL` of the services' broker, where it is another (gateway.broker.url)")
	flags.BoolVar(&f.json, "json", false, "write the log as JSON lines")
	return cmd
}

// gatewayService is what svc gateway runs.
type gatewayService struct {
	_ service.Name `name:"gateway"`
	_ rpc.Method   `method:"Services"`

	Front gateway.Front
}

// Services returns what the gateway serves.
func (g *gatewayService) Services() []gateway.Service { return g.Front.Services() }

func (f *gatewayFlags) run(cmd *cobra.Command) error {
	if f.port < 0 || f.port > highestPort {
		return asUsage(cmd, fmt.Errorf("--port: have %d, want 0 to %d", f.port, highestPort))
	}
	where, err := f.address()
	if err != nil {
		return err
	}
	if err := f.checkSubjects(); err != nil {
		return asUsage(cmd, err)
	}
	cfg, err := f.configure(cmd, where)
	if err != nil {
		return err
	}
	note := newNotes(cmd.ErrOrStderr(), f.json)
	app, err := service.New(cfg, service.With(&gatewayService{}), service.Logger(f.logger(cmd.ErrOrStderr())), service.Observe(func(e service.Event) {
		if started, ok := e.(service.Started); ok {
			note(welcome(started.Manifest))
		}
	}))
	if err != nil {
		return err
	}
	if err := reach(cmd.Context(), where, note); err != nil {
		return err
	}
	return ended(app.Run(cmd.Context()))
}

// welcome says where the gateway is and what it serves.
func welcome(m service.Declared) string {
	for _, d := range m.Dependencies {
		if url := d.Options["url"]; url != "" {
			return "gateway at " + url + ", its methods at " + url + "apidocs/; serving " + d.Options["serves"]
		}
	}
	return "gateway started"
}

// ended maps how the services ended to the code of svc.
func ended(err error) error {
	if errors.Is(err, service.ErrForced) || errors.Is(err, context.Canceled) {
		return exitWith(exitInterrupted, nil)
	}
	return err
}

func (f *gatewayFlags) checkSubjects() error {
	namespace := cmp.Or(f.namespace, broker.Defaults().Namespace)
	var errs []error
	for _, pattern := range f.subjects {
		if err := rpc.CheckSubject(pattern, namespace); err != nil {
			errs = append(errs, fmt.Errorf("--subject: %w", err))
		}
	}
	return errors.Join(errs...)
}

// configure reads the configuration, over which the flags win.
func (f *gatewayFlags) configure(cmd *cobra.Command, where address) (*config.Config, error) {
	sources, given := f.sources(), cmd.Flags().Changed
	for _, d := range []struct {
		given bool
		key   string
		value any
	}{
		{true, "broker.url", where.url},
		{f.namespace != "", "broker.namespace", f.namespace},
		{f.internal != "", "gateway.broker.url", f.internal},
		{f.internal != "" && f.namespace != "", "gateway.broker.namespace", f.namespace},
		{given("host"), "web.host", f.host},
		{given("port"), "web.port", f.port},
		{given("upper"), "gateway.upper", f.upper},
		{len(f.subjects) > 0, "gateway.subjects", f.subjects},
	} {
		if d.given {
			value, _ := present.EncodeJSON(d.value) // texts and numbers, which are never refused
			sources = append(sources, config.Define(d.key+"="+string(value)))
		}
	}
	return config.Load(sources...)
}

func (f *gatewayFlags) logger(w io.Writer) *slog.Logger {
	if f.json {
		return slog.New(slog.NewJSONHandler(w, nil))
	}
	return slog.New(slog.NewTextHandler(w, nil))
}
