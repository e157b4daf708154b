package permission

import (
	"fmt"
	"strings"

	"github.com/enoki-go/enoki/service"
)

// declared turns what one service declares into rules.
type declared struct {
	*collector
	Options

	service string
}

// subject returns a subject of the namespace.
func (d *declared) subject(tokens ...string) string {
	return d.Namespace + "." + strings.Join(tokens, ".")
}

// found lets the service be found, and answer.
func (d *declared) found() {
	s := d.service
	d.sub("answers to what "+s+" asks", "_INBOX."+s+".>", "")
	for _, subject := range []string{"$SRV.*", "$SRV.*." + s, "$SRV.*." + s + ".*"} {
		d.sub(s+" can be found (svc ls, info, stats, ping)", subject, "")
	}
	d.pub("answers to callers and to discovery", "_INBOX.>")
}

func (d *declared) entrypoint(e service.DeclaredEntrypoint) {
	from := d.service + "." + e.Method
	switch e.Kind {
	case "rpc":
		d.method(e, from)
	case "subject":
		d.sub(from+" works on it", e.Address, e.Options["queue"])
	case "event":
		d.handler(e, from)
	case "timer":
		if e.Options["scope"] == "cluster" && e.Options["single_instance"] != "true" {
			d.tick(e.Name, from)
		}
	case "http", "socket", "auth":
	default:
		d.note(fmt.Sprintf("%s is a %s, a kind of your own: what it needs of the broker is not known here", from, e.Kind))
	}
}

func (d *declared) dependency(f service.DeclaredDependency) {
	from := d.service + "." + f.Field
	switch f.Kind {
	case "rpc":
		d.caller(f, from)
	case "event":
		_, event, _ := strings.Cut(f.Target, ".")
		d.emitter(event, f.Options["reliable"] != "false", from)
	case "lock":
		d.lock(f.Target, from)
	case "hub":
		d.pub(from+": broadcasts, and questions about sockets elsewhere", d.subject("hub", d.service, "*"))
		d.sub(from+": what other instances say", d.subject("hub", d.service, "*"), "")
	case "gateway":
		d.gateway(f, from)
	}
}

// method serves calls.
func (d *declared) method(e service.DeclaredEntrypoint, from string) {
	s := d.service
	d.sub("calls of "+s, d.subject("rpc", s, "*"), s)
	d.sub("calls that an instance has offered to take, and questions about calls", d.subject("rpci", s, "*", ">"), "")
	d.sub("callers that wait, and ask where calls are", d.subject("rpcw", s, "*"), "")
	known := d.Namespace + "_services"
	d.bucket(known, "callers know that "+s+" exists while it does not run")
	d.pub("callers know that "+s+" exists while it does not run", "$KV."+known+"."+s)
	if e.Options["delivery"] == "durable" {
		d.jobs(from)
	}
}

// jobs serves durable calls.
func (d *declared) jobs(from string) {
	why := from + ": durable calls"
	queue, results := d.stream("RPC", d.service), d.stream("RPCR", d.service)
	d.open(queue, why)
	d.consume(queue, "workers", "", why)
	d.open(results, from+": results of durable calls")
	d.pub(from+": is there a result already?", "$JS.API.STREAM.MSG.GET."+results)
	d.pub(from+": results of durable calls", d.subject("rpcr", d.service, "*"))
}

// caller calls, or submits.
func (d *declared) caller(f service.DeclaredDependency, from string) {
	callee, method, _ := strings.Cut(f.Target, ".")
	methods := []string{method}
	if list := f.Options["methods"]; method == "" && list != "" {
		methods = strings.Split(list, ",")
	}
	if callee == "" {
		callee = "*"
		d.note(from + " names no service: it may call every method of every service; a tag service:\"…\" narrows that")
	}
	for _, m := range methods {
		if m == "" {
			m = "*"
		}
		if f.Options["delivery"] == "durable" {
			d.submits(callee, m, from)
		} else {
			d.calls(callee, m, from)
		}
	}
}

// calls calls one method; "*" stands for any service or method.
func (d *declared) calls(callee, method, from string) {
	d.pub(from+" calls", d.subject("rpc", callee, method))
	d.pub(from+": takes up what an instance has offered", d.subject("rpci", callee, "*", method, "*"))
	d.pub(from+": has an instance the call, and has it still?", d.subject("rpci", callee, "*", "probe"))
	d.pub(from+": gives a call up", d.subject("rpci", callee, "*", "cancel"))
	d.pub(from+": waits for a worker, and asks where calls are", d.subject("rpcw", callee, "*"))
	known := d.Namespace + "_services"
	d.bucket(known, from+": does the service exist, though it does not run?")
	d.pub(from+": does the service exist, though it does not run?", "$JS.API.DIRECT.GET.KV_"+known+".$KV."+known+"."+callee)
}

// submits makes durable calls of one method.
func (d *declared) submits(callee, method, from string) {
	queue, results := d.stream("RPC", callee), d.stream("RPCR", callee)
	if callee == "*" { // a token of its own is all that a wildcard can be
		queue, results = "*", "*"
	}
	d.pub(from+" submits", d.subject("rpcq", callee, method))
	for _, stream := range []string{queue, results} {
		d.open(stream, from+": where durable calls and their results are")
		d.pub(from+": is it in the queue, or done?", "$JS.API.STREAM.MSG.GET."+stream)
	}
	d.sub(from+": hears of results", d.subject("rpcr", callee, "*"), "")
}

// gateway calls whatever is announced.
func (d *declared) gateway(f service.DeclaredDependency, from string) {
	d.pub(from+": who is running, and what can be called", "$SRV.INFO")
	services := []string{"*"}
	if list := f.Options["services"]; list != "" {
		services = strings.Split(list, ",")
	}
	for _, s := range services {
		d.calls(s, "*", from)
	}
	if f.Options["services"] == "" {
		d.note(from + " is in front of every service; gateway.services narrows that")
	}
	if list := f.Options["subjects"]; list != "" {
		d.pub(from+": subjects that gateway.subjects lists", strings.Split(list, ",")...)
		return
	}
	d.note(from + " sends requests to the subjects that workers announce: list those that it is to serve in gateway.subjects")
}
