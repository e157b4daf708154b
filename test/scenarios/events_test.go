//go:build linux

package scenarios_test

import (
	"strings"
	"syscall"
	"testing"

	"github.com/enoki-go/enoki/internal/await"
)

const (
	serviceA = "../../examples/events:ServiceA"
	serviceB = "../../examples/events:ServiceB"
)

func TestS36ServiceBPrintsWhatServiceAEmits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run(serviceA)
	b := w.run(serviceB)
	w.prints("call", "servicea.emit_an_event")
	b.await(`service b received payload$`, 1)
}

func TestS36EventWaitsForServiceB(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run(serviceA)
	b := w.run(serviceB)
	b.Signal(syscall.SIGTERM)
	b.Exits(0)
	w.prints("call", "servicea.emit_an_event")
	w.run(serviceB).await(`service b received payload$`, 1)
}

// Two instances of one service and one of another hear ten events. What a mode says is
// counted when all have come that have to.
func TestS37ModeSaysHowManyInstancesGetAnEvent(t *testing.T) {
	t.Parallel()
	const emitted = 10
	w := newWorld(t)
	w.run(serviceA)
	b1 := w.run("./testdata/listeners:ServiceB")
	b2 := w.run("./testdata/listeners:ServiceB")
	c := w.run("./testdata/listeners:ServiceC")
	w.prints("shell", "-c", "[n.rpc.servicea.emit_an_event() for i in range(10)]")
	for _, p := range []*process{b1, b2, c} {
		p.await(`: each received payload$`, emitted)
	}
	c.await(`c: one received payload$`, emitted)
	await.Until(t, "serviceb has all", func() bool { return b1.said("b: one")+b2.said("b: one") >= emitted }, patience)
	if have := b1.said("b: one") + b2.said("b: one"); have != emitted {
		t.Errorf("have %d of %d events handled by serviceb, want each once", have, emitted)
	}
	if have := c.said("c: one"); have != emitted {
		t.Errorf("have %d of %d events handled by servicec, want each once", have, emitted)
	}
	for _, p := range []*process{b1, b2, c} {
		if have := p.said(": each"); have != emitted {
			t.Errorf("have %d of %d broadcasts handled by %s, want each once", have, emitted, p)
		}
	}
}

// said counts the lines that hold a text.
func (p *process) said(text string) int {
	return strings.Count(p.Output(), text)
}
