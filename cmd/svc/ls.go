package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/cmd/svc/internal/census"
	"github.com/enoki-go/enoki/cmd/svc/internal/present"
	"github.com/enoki-go/enoki/cmd/svc/internal/shape"
	"github.com/enoki-go/enoki/internal/suggest"
	"github.com/enoki-go/enoki/rpc"
)

// lsFlags are the flags of svc ls.
type lsFlags struct {
	connectFlags

	json bool
}

func lsVerb() *cobra.Command {
	var f lsFlags
	cmd := &cobra.Command{
		Use:   "ls [SERVICE] [flags]",
		Short: "List the services that are running.",
		Long: "List the services that are running, with their versions, instances and methods: those\n" +
			"that svc call would reach, with the same --broker and --namespace. Services\n" +
			"that do not use the broker, such as those with HTTP routes only, are not there. Exit code 3\n" +
			"means that none is, unless --json asks for a list, which may be empty.",
		Example: "  svc ls\n  svc ls greeting_service --json",
		Args:    cobra.MaximumNArgs(1),
		RunE:    func(cmd *cobra.Command, args []string) error { return f.run(cmd, append(args, "")[0]) },
	}
	f.addBroker(cmd)
	offerJSON[[]listed](cmd, &f.json, "print a JSON array: name, version, instances, methods, events, subjects")
	return cmd
}

func (f *lsFlags) run(cmd *cobra.Command, service string) error {
	if err := checkService(service); err != nil {
		return asUsage(cmd, err)
	}
	client, err := f.dial(cmd.Context())
	if err != nil {
		return err
	}
	defer client.Close() //nolint:errcheck // the answers are there
	rows, err := discover(cmd.Context(), client.Connection(), service)
	if err != nil {
		return err
	}
	if f.json {
		return printValue(cmd.OutOrStdout(), rows)
	}
	if len(rows) == 0 {
		return missing(cmd.Context(), client.Connection(), service)
	}
	return printRows(cmd.OutOrStdout(), rows)
}

// checkService refuses what cannot be the name of a service; "" is any.
func checkService(service string) error {
	if service != "" && !broker.ValidName(service) {
		return fmt.Errorf("have service %q, want 1 to 64 letters, digits, - or _", service)
	}
	return nil
}

// discover asks a service, or all for "", which of its methods are in the
// namespace of the connection.
func discover(ctx context.Context, conn *broker.Conn, service string) ([]listed, error) {
	found, err := conn.Discover(ctx, service)
	return summarise(found, conn.Namespace()), err
}

// missing says that a service, or any for "", is not running, and which are.
func missing(ctx context.Context, conn *broker.Conn, service string) error {
	where := fmt.Sprintf("on %s, namespace %s", conn.URL(), conn.Namespace())
	rows, err := discover(ctx, conn, "")
	if err != nil {
		return err
	}
	if service == "" || len(rows) == 0 {
		return exitWith(exitNotFound, fmt.Errorf("no services are running %s", where))
	}
	var names []string
	for _, r := range rows {
		names = append(names, r.Name)
	}
	hint := cmp.Or(suggest.Hint(service, names), "running are "+suggest.List(names))
	return exitWith(exitNotFound, fmt.Errorf("service %s is not running %s; %s", service, where, hint))
}

// listed is one version of a service that is running.
type listed struct {
	Name      string         `json:"name"`
	Version   string         `json:"version"`
	Instances []string       `json:"instances"` // their ids
	Methods   []listedMethod `json:"methods"`
	Events    []listedEvent  `json:"events"`
	Subjects  []string       `json:"subjects"` // that are worked on
}

type listedMethod struct {
	Name    string   `json:"name"`
	Subject string   `json:"subject"`
	Params  []string `json:"params,omitempty"` // where they have names
	Fields  []string `json:"fields,omitempty"` // of the only parameter, where that is an object
}

// listedEvent is an event, or a pattern of events, that a service handles.
type listedEvent struct {
	Handler string `json:"handler"`
	Event   string `json:"event"` // "source.type"
	Subject string `json:"subject"`
}

// summarise puts the instances of one version of a service into one row. Methods
// and handlers count that are in the namespace, and instances that have any or say that
// they are in it.
func summarise(found []broker.Info, namespace string) []listed {
	rows := []listed{}
	for _, info := range found {
		methods, events, subjects := methodsOf(info, namespace+".rpc."), eventsOf(info, namespace), subjectsOf(info)
		if len(methods)+len(events)+len(subjects) == 0 && info.Metadata[broker.MetadataNamespace] != namespace {
			continue
		}
		i := slices.IndexFunc(rows, func(r listed) bool { return r.Name == info.Name && r.Version == info.Version })
		if i < 0 {
			i = len(rows)
			rows = append(rows, listed{Name: info.Name, Version: info.Version, Methods: methods, Events: events, Subjects: subjects})
		}
		rows[i].Instances = append(rows[i].Instances, info.ID)
	}
	return rows
}

func methodsOf(info broker.Info, prefix string) []listedMethod {
	methods := []listedMethod{}
	for _, e := range info.Endpoints {
		if !strings.HasPrefix(e.Subject, prefix) {
			continue
		}
		m := listedMethod{Name: e.Name, Subject: e.Subject}
		_ = json.Unmarshal([]byte(e.Metadata["params"]), &m.Params) // absent where the parameters have no names
		if len(m.Params) == 0 {
			for _, p := range shape.Fields([]byte(e.Metadata["input"])) {
				m.Fields = append(m.Fields, p.Name)
			}
		}
		methods = append(methods, m)
	}
	return methods
}

func eventsOf(info broker.Info, namespace string) []listedEvent {
	events := []listedEvent{}
	for _, e := range info.Endpoints {
		if event, ok := census.EventOf(e.Subject, namespace); ok {
			events = append(events, listedEvent{Handler: e.Name, Event: event, Subject: e.Subject})
		}
	}
	return events
}

// subjectsOf returns the subjects that methods work on, see rpc.Subject.
func subjectsOf(info broker.Info) []string {
	subjects := []string{}
	for _, e := range info.Endpoints {
		if e.Metadata[rpc.MetadataKind] == "subject" {
			subjects = append(subjects, e.Subject)
		}
	}
	return subjects
}

// printRows prints the services, with the events and subjects that they handle where
// any does.
func printRows(out io.Writer, rows []listed) error {
	head, shown := "SERVICE\tVERSION\tINSTANCES\tMETHODS", []func(listed) string{listed.calls}
	if slices.ContainsFunc(rows, func(r listed) bool { return len(r.Events) > 0 }) {
		head, shown = head+"\tEVENTS", append(shown, listed.heard)
	}
	if slices.ContainsFunc(rows, func(r listed) bool { return len(r.Subjects) > 0 }) {
		head, shown = head+"\tSUBJECTS", append(shown, listed.works)
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, head)
	for _, r := range rows {
		_, _ = fmt.Fprintf(w, "%s\t%s\t%d", r.Name, cmp.Or(r.Version, "-"), len(r.Instances)) // of a version that is none, nothing is left
		for _, show := range shown {
			_, _ = fmt.Fprint(w, "\t", show(r))
		}
		_, _ = fmt.Fprintln(w)
	}
	return w.Flush() // reports what the lines before met
}

// works returns the subjects that are worked on.
func (r listed) works() string { return present.Safe(cmp.Or(strings.Join(r.Subjects, ", "), "-")) }

// calls returns the methods as they are called.
func (r listed) calls() string {
	calls := make([]string, len(r.Methods))
	for i, m := range r.Methods {
		calls[i] = m.Name + "(" + strings.Join(m.Params, ", ") + ")"
		if len(m.Fields) > 0 {
			calls[i] = m.Name + "({" + strings.Join(m.Fields, ", ") + "})"
		}
	}
	return present.Safe(cmp.Or(strings.Join(calls, ", "), "-"))
}

// heard returns the events that are handled.
func (r listed) heard() string {
	heard := make([]string, len(r.Events))
	for i, e := range r.Events {
		heard[i] = e.Event
	}
	return present.Safe(cmp.Or(strings.Join(heard, ", "), "-"))
}
