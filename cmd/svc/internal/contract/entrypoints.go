package contract

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/enoki-go/enoki/service"
)

// key returns what those who use an entrypoint know it by.
func key(e service.DeclaredEntrypoint) string {
	switch e.Kind {
	case "rpc":
		return "method " + e.Name
	case "subject":
		return "subject " + e.Address
	case "event":
		return "handler " + e.Name + " of " + e.Options["source"] + "." + e.Options["event"]
	case "http":
		return "route " + e.Address
	case "socket":
		return "socket " + e.Address + " " + cmp.Or(e.Name, e.Method)
	default:
		return e.Kind + " " + cmp.Or(e.Name, e.Method)
	}
}

// place returns what a change of an entrypoint is told of.
func place(of string, e service.DeclaredEntrypoint) string {
	if e.Kind == "rpc" {
		return of + "." + e.Name
	}
	return of + " " + key(e)
}

// removal says what it is to lose an entrypoint of a kind.
func removal(kind string) Level {
	switch kind {
	case "rpc", "subject", "http", "socket":
		return Breaking
	default:
		return Info // nobody calls it
	}
}

func (d *diff) entrypoints(old, now service.Declared) {
	var gone, added []service.DeclaredEntrypoint
	for _, o := range old.Entrypoints {
		if n, ok := find(now.Entrypoints, key(o)); ok {
			d.entrypoint(place(old.Name, o), o, n)
		} else {
			gone = append(gone, o)
		}
	}
	for _, n := range now.Entrypoints {
		if _, ok := find(old.Entrypoints, key(n)); !ok {
			added = append(added, n)
		}
	}
	for _, o := range gone {
		d.add(removal(o.Kind), place(old.Name, o), "the %s is gone%s", noun(o.Kind), renamed(o, added))
	}
	for _, n := range added {
		level := Compatible
		if removal(n.Kind) == Info {
			level = Info
		}
		d.add(level, place(old.Name, n), "the %s is new", noun(n.Kind))
	}
}

func find(all []service.DeclaredEntrypoint, what string) (service.DeclaredEntrypoint, bool) {
	i := slices.IndexFunc(all, func(e service.DeclaredEntrypoint) bool { return key(e) == what })
	if i < 0 {
		return service.DeclaredEntrypoint{}, false
	}
	return all[i], true
}

func noun(kind string) string {
	switch kind {
	case "rpc":
		return "method"
	case "http":
		return "route"
	case "event":
		return "handler"
	default:
		return kind
	}
}

// renamed returns a guess where exactly one new entrypoint could be an old one.
func renamed(o service.DeclaredEntrypoint, added []service.DeclaredEntrypoint) string {
	var like []string
	for _, n := range added {
		same := n.Kind == o.Kind && bytes.Equal(n.Input, o.Input) && bytes.Equal(n.Output, o.Output) && slices.Equal(n.Params, o.Params)
		if same || n.Kind == o.Kind && n.Method == o.Method {
			like = append(like, cmp.Or(n.Name, n.Address))
		}
	}
	if len(like) != 1 {
		return ""
	}
	return fmt.Sprintf("; was it renamed to %q?", like[0])
}

func (d *diff) entrypoint(where string, old, now service.DeclaredEntrypoint) {
	d.parameters(where, old, now)
	if old.Kind == "rpc" || old.Kind == "subject" || old.Kind == "http" || old.Kind == "socket" {
		d.schema(where, "the result", output, old.Output, now.Output)
	}
	if old.Kind == "rpc" {
		d.delivery(where, old.Options["delivery"], now.Options["delivery"])
	}
	for _, option := range []string{"queue", "status", "mode", "ordered", "reliable", "scope", "on"} {
		if o, n := old.Options[option], now.Options[option]; o != n {
			d.add(optionLevel(old.Kind, option), where, "%s was %q and is now %q", option, o, n)
		}
	}
	if old.Kind == "timer" && old.Address != now.Address {
		d.add(Info, where, "it ran %q and runs %q", old.Address, now.Address)
	}
	d.sensitive(where, old.Sensitive, now.Sensitive)
}

// optionLevel says whom a changed option concerns. A queue group that is another one
// gets each message too, as long as both versions run; a status is what clients look at.
func optionLevel(kind, option string) Level {
	if kind == "subject" && option == "queue" || kind == "http" && option == "status" || kind == "socket" && option == "on" {
		return Breaking
	}
	return Info
}

// delivery compares what is promised where an instance is lost.
func (d *diff) delivery(where, old, now string) {
	const usual = "at-least-once"
	old, now = cmp.Or(old, usual), cmp.Or(now, usual)
	switch {
	case old == now:
	case old == usual && now == "durable":
		d.add(Compatible, where, "delivery was %s and is now %s: it can be submitted, too", old, now)
	case old == "durable" && now == usual:
		d.add(Breaking, where, "delivery was %s and is now %s: it can no longer be submitted", old, now)
	case old == "at-most-once":
		d.add(Breaking, where, "delivery was %s and is now %s: a call may run twice", old, now)
	default:
		d.add(Breaking, where, "delivery was %s and is now %s: a call whose worker is lost fails", old, now)
	}
}

func (d *diff) sensitive(where string, old, now []string) {
	for _, path := range now {
		if !slices.Contains(old, path) {
			d.add(Info, where, "%s is sensitive now: tools no longer show it", path)
		}
	}
	for _, path := range old {
		if !slices.Contains(now, path) {
			d.add(Info, where, "%s is no longer sensitive: logs and tools show it", path)
		}
	}
}

// emitted compares the events that a service emits.
func (d *diff) emitted(old, now service.Declared) {
	for _, o := range old.Dependencies {
		if o.Kind != "event" || strings.HasSuffix(o.Target, ".*") {
			continue
		}
		where := "event " + o.Target
		same := func(n service.DeclaredDependency) bool { return n.Kind == "event" && n.Target == o.Target }
		whole := func(n service.DeclaredDependency) bool { return n.Kind == "event" && n.Target == old.Name+".*" }
		i := slices.IndexFunc(now.Dependencies, same)
		switch {
		case i >= 0:
			n := now.Dependencies[i]
			d.schema(where, "the payload", output, o.Schema, n.Schema)
			if o.Options["reliable"] != n.Options["reliable"] {
				d.reliable(where, n.Options["reliable"] != "false")
			}
		case slices.ContainsFunc(now.Dependencies, whole):
			d.add(Info, where, "it is no longer declared; a dispatcher may emit it")
		default:
			d.add(Breaking, where, "it is no longer emitted")
		}
	}
	for _, n := range now.Dependencies {
		known := func(o service.DeclaredDependency) bool { return o.Kind == "event" && o.Target == n.Target }
		if n.Kind == "event" && !slices.ContainsFunc(old.Dependencies, known) {
			d.add(Compatible, "event "+n.Target, "it is emitted now")
		}
	}
}

func (d *diff) reliable(where string, now bool) {
	if now {
		d.add(Compatible, where, "it is stored now")
		return
	}
	d.add(Breaking, where, "it is no longer stored: who is away misses it")
}
