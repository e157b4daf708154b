package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os/signal"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/cmd/svc/internal/census"
	"github.com/enoki-go/enoki/cmd/svc/internal/shape"
	"github.com/enoki-go/enoki/internal/suggest"
	"github.com/enoki-go/enoki/rpc"
)

// infoFlags are the flags of svc info.
type infoFlags struct {
	connectFlags

	json bool
}

// described is one version of a service, as its instances describe it.
type described struct {
	Name      string              `json:"name"`
	Version   string              `json:"version"`
	Workers   int                 `json:"workers"` // of each instance; 0 where it does not say
	Instances []describedInstance `json:"instances"`
	Methods   []describedMethod   `json:"methods"`
	Events    []listedEvent       `json:"events"`
	Ways      []describedWay      `json:"entrypoints"` // of other kinds: http, timer …
	Targets   []describedTarget   `json:"targets"`     // what it calls and emits
}

type describedInstance struct {
	ID      string    `json:"id"`
	Started time.Time `json:"started"`
}

type describedMethod struct {
	Name      string            `json:"name"`
	Subject   string            `json:"subject"`
	Delivery  string            `json:"delivery"`
	Params    []shape.Parameter `json:"params"` // those with names, or the fields of an only one that is an object
	Sensitive []string          `json:"sensitive,omitempty"`
	Input     json.RawMessage   `json:"input,omitempty"` // JSON Schema
	Output    json.RawMessage   `json:"output,omitempty"`
}

type describedWay struct {
	Kind    string `json:"kind"`
	Name    string `json:"name"`
	Address string `json:"address"`
}

type describedTarget struct {
	Kind   string `json:"kind"`
	Target string `json:"target"`
}

func infoVerb() *cobra.Command {
	var f infoFlags
	cmd := &cobra.Command{
		Use:   "info SERVICE[.METHOD] [flags]",
		Short: "Describe a service that is running, or one of its methods.",
		Long: "Describe a service that is running: its instances, its methods with what they take and\n" +
			"answer, what else reaches it, and what it calls and emits. With a method, its parameters\n" +
			"one by one, and the JSON Schemas of what it takes and answers. Where several versions\n" +
			"run, each is described. Exit code 3 means that there is no such service or method.",
		Example: "  svc info greeting_service\n  svc info greeting_service.hello --json",
		Args:    cobra.ExactArgs(1),
		RunE:    func(cmd *cobra.Command, args []string) error { return f.run(cmd, args[0]) },
	}
	f.addBroker(cmd)
	offerJSON[[]described](cmd, &f.json, "print a JSON array of versions: name, version, workers, instances,\nmethods, events, entrypoints, targets")
	return cmd
}

func (f *infoFlags) run(cmd *cobra.Command, target string) error {
	service, method, one := strings.Cut(target, ".")
	if !broker.ValidName(service) || one && !broker.ValidName(method) {
		return asUsage(cmd, fmt.Errorf("have %q, want SERVICE or SERVICE.METHOD, names of 1 to 64 letters, digits, - or _", target))
	}
	ctx, stop := signal.NotifyContext(cmd.Context(), stopSignals()...)
	defer stop()
	client, err := f.dial(ctx)
	if err != nil {
		return err
	}
	defer client.Close() //nolint:errcheck // the answers are there
	versions, err := describeTarget(ctx, client.Connection(), service, method)
	if err != nil {
		return err
	}
	if f.json {
		return printValue(cmd.OutOrStdout(), versions)
	}
	return printDescribed(cmd.OutOrStdout(), versions, one)
}

// describeTarget describes a service that is running, with all of its methods or, unless it
// is "", with one.
func describeTarget(ctx context.Context, conn *broker.Conn, service, method string) ([]*described, error) {
	versions, err := describeService(ctx, conn, service)
	switch {
	case err != nil:
		return nil, err
	case len(versions) == 0:
		return nil, missing(ctx, conn, service)
	case method == "":
		return versions, nil
	default:
		return versions, only(versions, method)
	}
}

// describeService asks all instances of a service that are in the namespace.
func describeService(ctx context.Context, conn *broker.Conn, service string) ([]*described, error) {
	found, err := conn.Discover(ctx, service)
	if err != nil {
		return nil, err
	}
	stats, err := census.Take(ctx, conn, service)
	if err != nil {
		return nil, err
	}
	var versions []*described
	for _, row := range summarise(found, conn.Namespace()) {
		d := &described{Name: row.Name, Version: row.Version, Events: row.Events, Methods: []describedMethod{}, Ways: []describedWay{}, Targets: []describedTarget{}}
		of := slices.IndexFunc(found, func(i broker.Info) bool { return i.ID == row.Instances[0] && i.Name == row.Name })
		d.addMethods(found[of], row.Methods)
		for _, id := range row.Instances {
			d.addInstance(id, stats.Instances)
		}
		versions = append(versions, d)
	}
	return versions, nil
}

// addMethods adds those that can be called.
func (d *described) addMethods(info broker.Info, methods []listedMethod) {
	for _, e := range info.Endpoints {
		if !slices.ContainsFunc(methods, func(m listedMethod) bool { return m.Subject == e.Subject }) {
			continue
		}
		m := describedMethod{
			Name: e.Name, Subject: e.Subject, Delivery: cmp.Or(e.Metadata["delivery"], "at-least-once"),
			Params: parameters([]byte(e.Metadata["input"])), Input: raw(e.Metadata["input"]), Output: raw(e.Metadata["output"]),
		}
		if paths := e.Metadata["sensitive"]; paths != "" {
			m.Sensitive = strings.Split(paths, ",")
		}
		d.Methods = append(d.Methods, m)
	}
}

// parameters returns what callers may name: several, the only one, or its fields.
func parameters(input []byte) []shape.Parameter {
	if all := shape.Fields(input); len(all) > 0 {
		return all
	}
	if name := shape.Title(input); name != "" {
		return []shape.Parameter{{Name: name, Type: shape.Text(input), Required: true}}
	}
	return []shape.Parameter{}
}

// raw returns a schema if it is JSON.
func raw(text string) json.RawMessage {
	if !json.Valid([]byte(text)) {
		return nil
	}
	return json.RawMessage(text)
}

// addInstance adds what one instance says of itself. The kinds that have subjects are among
// the methods and events already.
func (d *described) addInstance(id string, stats []broker.Stats) {
	i := slices.IndexFunc(stats, func(s broker.Stats) bool { return s.Name == d.Name && s.ID == id })
	if i < 0 {
		return // it has ended since
	}
	s := stats[i]
	d.Instances = append(d.Instances, describedInstance{id, s.Started})
	d.Workers = int(s.Data["svc_workers"])
	for _, e := range s.Entrypoints {
		w := describedWay{e.Kind, e.Name, e.Address}
		if e.Kind != "rpc" && e.Kind != "event" && !slices.Contains(d.Ways, w) {
			d.Ways = append(d.Ways, w)
		}
	}
	for _, t := range s.Targets {
		if t := (describedTarget{t.Kind, t.Target}); !slices.Contains(d.Targets, t) {
			d.Targets = append(d.Targets, t)
		}
	}
}

// only leaves one method in each version.
func only(versions []*described, method string) error {
	var names []string
	found := false
	for _, d := range versions {
		for _, m := range d.Methods {
			names = append(names, m.Name)
		}
		d.Methods = slices.DeleteFunc(d.Methods, func(m describedMethod) bool { return m.Name != method })
		found = found || len(d.Methods) > 0
	}
	if found {
		return nil
	}
	slices.Sort(names)
	hint := cmp.Or(suggest.Hint(method, names), "its methods are "+suggest.List(slices.Compact(names)))
	return exitWith(exitNotFound, fmt.Errorf("%w; %s", rpc.ErrUnknownMethod.Explain("%s has no method %q", versions[0].Name, method), hint))
}
