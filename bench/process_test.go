package main

import (
	"context"
	"strings"
	"testing"
	"time"
)

func TestChildThatCannotStartIsReported(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		a    assignment
		want string
	}{
		{"unknown contestant", assignment{Role: roleServer, Contestant: "nobody"}, "start server of nobody: the process ended"},
		{"unknown role", assignment{Role: "judge", Contestant: "nats.go"}, "start judge of nats.go: the process ended"},
		{"no broker", assignment{Role: roleClient, Contestant: "nats.go", URL: "nats://127.0.0.1:1"}, "start client of nats.go: the process ended"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p, err := launch(t.Context(), tt.a)
			if err == nil {
				p.stop()
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("have error %v, want %s", err, tt.want)
			}
		})
	}
}

func TestOrderThatFailsIsReportedAndTheChildGoesOn(t *testing.T) {
	t.Parallel()
	p := launchBroker(t, t.Context())
	if _, err := p.ask(order{Do: "dance"}); err == nil || err.Error() != `broker: dance: unknown order "dance"` {
		t.Errorf(`have error %v, want broker: dance: unknown order "dance"`, err)
	}
	got, err := p.ask(order{Do: doUsage})
	if err != nil {
		t.Fatal(err)
	}
	if got.Usage.CPU <= 0 || got.Usage.Mallocs == 0 {
		t.Errorf("have usage %+v, want processor time and allocations", got.Usage)
	}
}

func TestStoppedChildEndsByItself(t *testing.T) {
	t.Parallel()
	p := launchBroker(t, t.Context())
	p.stop()
	if state := p.cmd.ProcessState; !state.Success() {
		t.Errorf("have %v, want exit status 0 without a kill", state)
	}
}

func TestChildEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	p := launchBroker(t, ctx)
	cancel()
	if err := p.cmd.Wait(); err != nil {
		t.Errorf("have %v, want exit status 0 once the context has ended", err)
	}
}

func TestChildThatGivesNoAnswerIsEnded(t *testing.T) {
	t.Parallel()
	p := launchBroker(t, t.Context())
	_, err := p.await(10 * time.Millisecond) // nothing was asked
	if err == nil || !strings.Contains(err.Error(), "gave no answer within 10ms and was ended") {
		t.Errorf("have error %v, want one that says that no answer came", err)
	}
}

func launchBroker(t *testing.T, ctx context.Context) *process { //nolint:revive // t first, as in every helper
	t.Helper()
	p, err := launch(ctx, assignment{Role: roleBroker})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if p.cmd.ProcessState == nil {
			p.stop()
		}
	})
	return p
}
