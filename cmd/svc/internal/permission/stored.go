package permission

import (
	"crypto/sha256"
	"encoding/base32"
	"strings"

	"github.com/enoki-go/enoki/service"
)

// stream returns the name of a stream, of a service or of all.
func (d *declared) stream(prefix, owner string) string {
	if d.Namespace != "svc" {
		prefix += "_" + d.Namespace
	}
	if owner != "" {
		prefix += "_" + owner
	}
	return prefix
}

// open lets a stream be used, and made where it is missing.
func (d *declared) open(stream, why string) {
	d.pub(why, "$JS.API.STREAM.INFO."+stream)
	if !d.Made {
		d.pub(why+" (made where it is missing)", "$JS.API.STREAM.CREATE."+stream)
	}
}

func (d *declared) bucket(name, why string) { d.open("KV_"+name, why) }

// consume receives from a stream by a consumer, which it makes where it is missing.
func (d *declared) consume(stream, consumer, filter, why string) {
	d.pub(why, "$JS.API.CONSUMER.INFO."+stream+"."+consumer)
	d.pub(why, strings.TrimSuffix("$JS.API.CONSUMER.CREATE."+stream+"."+consumer+"."+filter, "."))
	d.pub(why, "$JS.API.CONSUMER.MSG.NEXT."+stream+"."+consumer)
	d.pub(why, "$JS.ACK."+stream+"."+consumer+".>")
}

// emitter emits events of one type, or of any for "*".
func (d *declared) emitter(event string, reliable bool, from string) {
	s := d.service
	if event == "*" {
		event = ">"
	}
	d.pub(from+" emits", d.subject("evt", s, "*", event))
	if !reliable {
		return
	}
	source := d.stream("EVT", s)
	d.open(source, from+": where events are stored")
	d.pub(from+": does somebody handle it? (events.Mandatory)", "$JS.API.CONSUMER.LIST."+source)
	queue, mine := d.stream("LATER", ""), d.subject("later", s, ">")
	why := from + ": events whose time has not come"
	d.pub(why, d.subject("later", s, "*", event))
	d.sub(why, mine, "")
	d.open(queue, why)
	d.consume(queue, "due--"+s, mine, why)
}

// handler handles events.
func (d *declared) handler(e service.DeclaredEntrypoint, from string) {
	if e.Options["reliable"] == "false" {
		d.hears(e, from)
		return
	}
	d.lanes(e, from)
	dead, tries := d.stream("DLQ", ""), d.stream("EVTRY", "")
	d.open(dead, from+": dead letters")
	d.pub(from+": dead letters", d.subject("dlq", d.service, e.Name))
	d.open(tries, from+": attempts are counted")
	d.pub(from+": attempts are counted", "$JS.API.STREAM.MSG.GET."+tries)
}

// hears is a handler whose events are not stored.
func (d *declared) hears(e service.DeclaredEntrypoint, from string) {
	source, event := e.Options["source"], e.Options["event"]
	queue := d.service + "--" + e.Name
	switch e.Options["mode"] {
	case "singleton":
		queue = "SINGLETON--" + hashOf(source+"."+event)
	case "broadcast":
		queue = ""
	}
	d.sub(from+" hears", d.subject("evt", source, "*", event), queue)
}

// lanes are the consumers of a handler.
func (d *declared) lanes(e service.DeclaredEntrypoint, from string) {
	source, event := e.Options["source"], e.Options["event"]
	hash, stream, filter := hashOf(source+"."+event), d.stream("EVT", source), d.subject("evt", source, "*", event)
	name := d.service + "--" + e.Name + "--" + hash
	d.open(stream, from+": where events are stored")
	switch mode := e.Options["mode"]; {
	case mode == "singleton":
		d.lane(stream, "SINGLETON--"+hash, filter, from)
	case mode == "broadcast":
		d.lane(stream, d.instanced(name, from), filter, from)
	case e.Options["ordered"] != "":
		for _, p := range []string{"-", "0", "1", "2", "3", "4", "5", "6", "7"} {
			d.lane(stream, name+"--p"+p, d.subject("evt", source, p, event), from)
		}
	default:
		d.lane(stream, name, filter, from)
	}
}

// lane receives from one consumer, and counts what failed.
func (d *declared) lane(stream, consumer, filter, from string) {
	d.consume(stream, consumer, filter, from+" handles")
	d.pub(from+": attempts are counted", d.subject("evtry", stream, consumer, "*"))
}

// instanced returns the consumer of one instance.
func (d *declared) instanced(consumer, from string) string {
	if d.Identity != "" {
		return consumer + "--" + d.Identity
	}
	d.note(from + " is a broadcast: each instance has a consumer whose name nobody knows before, so its user may use all consumers of the stream; a user for each instance, with events.identity, narrows that")
	return "*"
}

// hashOf returns what tells the consumers of one method apart.
func hashOf(event string) string {
	sum := sha256.Sum256([]byte(event))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:5]))
}

// tick runs a job once in the cluster.
func (d *declared) tick(name, from string) {
	stream, subject := "TIMERS_"+d.Namespace, d.subject("timer", d.service, name)
	d.open(stream, from+": when jobs of the cluster are due")
	d.pub(from+": when was it due last?", "$JS.API.STREAM.MSG.GET."+stream)
	d.pub(from+": when it is due", subject)
	d.consume(stream, d.service+"--"+name, subject, from+" runs")
}

// lock takes a lock.
func (d *declared) lock(name, from string) {
	bucket := "LOCKS_" + d.Namespace
	d.bucket(bucket, from+": where locks are")
	key := "$KV." + bucket + "." + name
	d.pub(from+": who holds it?", "$JS.API.DIRECT.GET.KV_"+bucket+"."+key)
	d.pub(from+": takes, renews and gives it back", key)
	d.sub(from+": hears that it is given back", key, "")
}
