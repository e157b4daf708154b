// Package doctor examines what services need to run on a machine: toolchain, module,
// broker and the servers that the configuration names.
package doctor

import (
	"context"
	"fmt"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/config"
)

// A Verdict says how bad a finding is.
type Verdict string

// The verdicts.
const (
	OK      Verdict = "ok"
	Warning Verdict = "warning" // it works, but somebody should look
	Problem Verdict = "problem" // something will not work
)

// A Finding is what a check has found.
type Finding struct {
	Check   string  `json:"check"`
	Verdict Verdict `json:"verdict"`
	Text    string  `json:"text"`
	Cure    string  `json:"cure,omitempty"` // what helps, "" where nothing has to
}

// A Patient is what is examined.
type Patient struct {
	Dir    string          // of the user
	Caches []string        // folders of svc, which may not be there yet
	Config *config.Config  // nil where it cannot be read
	Broker broker.Config   // how to connect
	Origin string          // what named the broker: "--broker", "NATS_URL", …
	Reason error           // why Config is nil
	Limit  time.Duration   // for each check
	Flag   string          // the setting behind Limit, for messages
	clinic *brokerExamined // what the checks of the broker share
}

// A check examines one thing. What it returns has no name yet.
type check interface {
	name() string
	run(ctx context.Context, p *Patient) []Finding
}

// checks, in the order of their report.
func checks() []check {
	return []check{
		toolchain{},
		module{},
		caches{},
		configuration{},
		credentials{},
		port{},
		brokerAnswers{},
		brokerVersion{},
		roundTrip{},
		clock{},
		permissions{},
		jetStream{},
		streams{},
		versions{},
		deadLetters{},
		redisAnswers{},
		postgresAnswers{},
	}
}

// Examine runs all checks, one after the other, each for p.Limit at most, and hands each
// finding to found. A check of what is not there to be examined finds nothing.
func Examine(ctx context.Context, p Patient, found func(Finding)) {
	p.clinic = &brokerExamined{refused: make(chan string, 1)}
	defer p.clinic.close()
	for _, c := range checks() {
		if ctx.Err() != nil {
			return
		}
		for _, f := range examine(ctx, &p, c) {
			f.Check = c.name()
			found(f)
		}
	}
}

func examine(ctx context.Context, p *Patient, c check) []Finding {
	limited, cancel := context.WithTimeout(ctx, p.Limit)
	defer cancel()
	return c.run(limited, p)
}

// slow is the finding of a check that was not done in time.
func (p *Patient) slow(what string) []Finding {
	return []Finding{{
		Verdict: Problem, Text: fmt.Sprintf("%s: no answer within %v (%s)", what, p.Limit, p.Flag),
		Cure: "look at the network and at the load of the machine, or give it longer with " + p.Flag,
	}}
}

func ok(format string, args ...any) []Finding {
	return []Finding{{Verdict: OK, Text: fmt.Sprintf(format, args...)}}
}

func warning(cure, format string, args ...any) Finding {
	return Finding{Verdict: Warning, Text: fmt.Sprintf(format, args...), Cure: cure}
}

func problem(cure, format string, args ...any) Finding {
	return Finding{Verdict: Problem, Text: fmt.Sprintf(format, args...), Cure: cure}
}
