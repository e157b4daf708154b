package doctor

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/cmd/svc/internal/present"
	"github.com/enoki-go/enoki/events"
)

// versions looks for services of which two versions run.
type versions struct{}

func (versions) name() string { return "services" }

func (versions) run(ctx context.Context, p *Patient) (found []Finding) {
	if p.clinic.conn == nil {
		return nil
	}
	running, err := p.clinic.conn.Discover(ctx, "")
	if err != nil {
		return []Finding{problem("look at the permissions of the user: $SRV.>", "ask which services run: %s", present.Safe(err.Error()))}
	}
	seen := map[string]map[string]int{}
	for _, i := range running {
		if seen[i.Name] == nil {
			seen[i.Name] = map[string]int{}
		}
		seen[i.Name][i.Version]++
	}
	for _, name := range slices.Sorted(maps.Keys(seen)) {
		if len(seen[name]) < 2 {
			continue
		}
		var parts []string
		for _, v := range slices.Sorted(maps.Keys(seen[name])) {
			parts = append(parts, fmt.Sprintf("%d of %s", seen[name][v], v))
		}
		found = append(found, warning("end the old ones, unless an update is under way: calls go to any of them", "%s runs in %d versions: %s",
			name, len(seen[name]), present.Safe(strings.Join(parts, ", "))))
	}
	if found == nil {
		return ok("%d run, in %s", len(seen), present.Count(len(running), "instance"))
	}
	return found
}

// deadLetters looks for events that handlers could not take.
type deadLetters struct{}

func (deadLetters) name() string { return "dead letters" }

func (deadLetters) run(ctx context.Context, p *Patient) []Finding {
	if p.clinic.js == nil || p.clinic.conn == nil {
		return nil
	}
	dead, err := events.OpenDeadLetters(ctx, p.clinic.conn)
	if err != nil {
		return unread(ctx, p, err)
	}
	handlers := map[string]int{}
	for l, err := range dead.All(ctx, events.LetterFilter{}) {
		if err != nil {
			return unread(ctx, p, err)
		}
		handlers[l.Handler]++
	}
	if len(handlers) == 0 {
		return ok("none")
	}
	var found []Finding
	for _, h := range slices.Sorted(maps.Keys(handlers)) {
		found = append(found, warning("svc dlq ls "+present.Safe(h)+", then svc dlq replay or drop", "%s could not take %s", present.Safe(h), present.Count(handlers[h], "event")))
	}
	return found
}

func unread(ctx context.Context, p *Patient, err error) []Finding {
	if ctx.Err() != nil || errors.Is(err, context.DeadlineExceeded) {
		return p.slow("dead letters")
	}
	if errors.Is(err, broker.ErrNoJetStream) {
		return nil // told already
	}
	return []Finding{problem("look at the permissions of the user", "read dead letters: %s", present.Safe(err.Error()))}
}
