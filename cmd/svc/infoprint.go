package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/enoki-go/enoki/cmd/svc/internal/present"
	"github.com/enoki-go/enoki/cmd/svc/internal/shape"
)

// printDescribed writes what is known of each version of a service; of one method of it, all
// that is known.
func printDescribed(out io.Writer, versions []*described, one bool) error {
	var text bytes.Buffer
	for i, d := range versions {
		if i > 0 {
			text.WriteString("\n")
		}
		if one {
			d.printMethods(&text)
			continue
		}
		d.print(&text)
	}
	_, err := out.Write(blanksAtEnd.ReplaceAll(text.Bytes(), nil))
	return err
}

func (d *described) print(out *bytes.Buffer) {
	fmt.Fprintf(out, "%s %s", d.Name, cmp.Or(d.Version, "(no version)"))
	if d.Workers > 0 {
		fmt.Fprintf(out, ", %d workers each", d.Workers)
	}
	out.WriteString("\n")
	part(out, "instances", d.Instances, func(i describedInstance) string {
		return present.Safe(i.ID) + "\tsince " + i.Started.UTC().Format(time.RFC3339)
	})
	part(out, "methods", d.Methods, describedMethod.signature)
	part(out, "events", d.Events, func(e listedEvent) string { return present.Safe(e.Event) + "\t" + e.Handler })
	part(out, "other entrypoints", d.Ways, func(w describedWay) string {
		return present.Safe(w.Kind) + "\t" + present.Safe(w.Address) + "\t" + w.Name
	})
	part(out, "calls and emits", d.Targets, func(t describedTarget) string {
		return present.Safe(t.Kind) + "\t" + present.Safe(t.Target)
	})
}

// part writes what there is of one kind, aligned; nothing where there is none.
func part[T any](out io.Writer, title string, all []T, line func(T) string) {
	if len(all) == 0 {
		return
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintf(out, "\n%s\n", title)
	for _, one := range all {
		_, _ = fmt.Fprintf(w, "  %s\n", line(one))
	}
	_ = w.Flush() // a buffer takes all
}

// signature returns a method on a line.
func (m describedMethod) signature() string {
	texts := make([]string, len(m.Params))
	for i, p := range m.Params {
		texts[i] = p.String()
	}
	taken := strings.Join(texts, ", ")
	if taken == "" {
		taken = shape.Text(m.Input)
	}
	line := m.Name + "(" + taken + ")"
	if answer := shape.Text(m.Output); answer != "" {
		line += " → " + answer
	}
	if m.Delivery == "at-least-once" {
		return present.Safe(line)
	}
	return present.Safe(line) + "\t" + present.Safe(m.Delivery)
}

// printMethods writes all that is known of the methods that are left.
func (d *described) printMethods(out *bytes.Buffer) {
	for _, m := range d.Methods {
		fmt.Fprintf(out, "%s.%s (version %s)\n\n  %s\n  subject   %s\n  delivery  %s\n", d.Name, m.Name, cmp.Or(d.Version, "-"), m.signature(), present.Safe(m.Subject), present.Safe(m.Delivery))
		if len(m.Sensitive) > 0 {
			fmt.Fprintf(out, "  sensitive %s\n", present.Safe(strings.Join(m.Sensitive, ", ")))
		}
		part(out, "parameters", m.Params, func(p shape.Parameter) string {
			need := "optional"
			if p.Required {
				need = "required"
			}
			return present.Safe(p.Name) + "\t" + present.Safe(p.Type) + "\t" + need + "\t" + present.Safe(p.Description)
		})
		printSchema(out, "takes", m.Input)
		printSchema(out, "answers", m.Output)
	}
}

func printSchema(out *bytes.Buffer, title string, schema json.RawMessage) {
	var text bytes.Buffer
	if len(schema) == 0 || json.Indent(&text, schema, "  ", "  ") != nil {
		return
	}
	fmt.Fprintf(out, "\n%s\n  %s\n", title, present.SafeJSON(text.Bytes()))
}
