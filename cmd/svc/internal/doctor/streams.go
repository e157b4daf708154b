package doctor

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/enoki-go/enoki/cmd/svc/internal/present"
)

// nearlyFull is the part of a limit at which somebody should look.
const nearlyFull = 0.8

// mostSkew is how far two clocks may be apart before deadlines and timers suffer.
const mostSkew = 2 * time.Second

// jetStream looks whether the broker stores streams, and how much it may.
type jetStream struct{}

func (jetStream) name() string { return "JetStream" }

func (jetStream) run(ctx context.Context, p *Patient) []Finding {
	if p.clinic.js == nil {
		return nil
	}
	info, err := p.clinic.js.AccountInfo(ctx)
	switch {
	case errors.Is(err, jetstream.ErrJetStreamNotEnabled), errors.Is(err, jetstream.ErrJetStreamNotEnabledForAccount):
		p.clinic.js = nil // what stores nothing has nothing to examine
		return []Finding{problem("start the broker with -js (svc broker does), or enable it for the account: calls and HTTP work without, events, durable calls, timers and locks do not",
			"the broker stores no streams: %s", present.Safe(err.Error()))}
	case ctx.Err() != nil || errors.Is(err, context.DeadlineExceeded):
		p.clinic.js = nil
		return p.slow("JetStream")
	case err != nil:
		p.clinic.js = nil
		return []Finding{problem("look at the permissions of the user: $JS.API.>", "ask JetStream: %s", present.Safe(err.Error()))}
	}
	if limit := info.Limits.MaxStore; limit > 0 && float64(info.Store) > nearlyFull*float64(limit) {
		return []Finding{problem("raise max_store of the account, or remove what is old", "%s of %s are used: soon nothing is stored any more", size(info.Store), size(uint64(limit)))}
	}
	return ok("%s, %s on disk of %s", present.Count(info.Streams, "stream"), size(info.Store), limited(info.Limits.MaxStore))
}

func limited(bytes int64) string {
	if bytes <= 0 {
		return "what the disk of the broker holds (the account has no limit)"
	}
	return size(uint64(bytes))
}

func size(bytes uint64) string {
	if bytes < 1e6 {
		return fmt.Sprintf("%.1f kB", float64(bytes)/1e3)
	}
	return fmt.Sprintf("%.1f MB", float64(bytes)/1e6)
}

// clock compares the clock of the broker with that of this machine, which takes a stream:
// without one a broker tells nobody its time.
type clock struct{}

func (clock) name() string { return "clock" }

func (clock) run(ctx context.Context, p *Patient) []Finding {
	if p.clinic.js == nil {
		return nil
	}
	var name string
	for name = range p.clinic.js.StreamNames(ctx).Name() {
	}
	if name == "" {
		return nil
	}
	began := time.Now()
	s, err := p.clinic.js.Stream(ctx, name)
	ended := time.Now()
	if err != nil || s.CachedInfo().TimeStamp.IsZero() {
		return nil // an old broker does not say
	}
	skew := s.CachedInfo().TimeStamp.Sub(began.Add(ended.Sub(began) / 2)).Abs()
	if skew > mostSkew {
		return []Finding{warning("set the clocks of both machines by NTP", "the broker's is %v off: deadlines end, and timers run, at other times than this machine has", skew.Round(time.Millisecond))}
	}
	return ok("the broker's is %v off", skew.Round(time.Millisecond))
}

// streams looks for streams that will soon refuse or drop messages.
type streams struct{}

func (streams) name() string { return "streams" }

func (streams) run(ctx context.Context, p *Patient) (found []Finding) {
	if p.clinic.js == nil {
		return nil
	}
	all := p.clinic.js.ListStreams(ctx)
	count := 0
	for info := range all.Info() {
		count++
		if what := full(info); what != "" {
			found = append(found, warning("see why nobody takes what is in it (svc stats, svc dlq ls), or raise its limit",
				"%s is nearly full: %s", present.Safe(info.Config.Name), what))
		}
	}
	switch err := all.Err(); {
	case err != nil && ctx.Err() != nil:
		return append(found, p.slow("list streams")...)
	case err != nil:
		return append(found, problem("look at the permissions of the user: $JS.API.>", "list streams: %s", present.Safe(err.Error())))
	case found == nil && count > 0:
		return ok("none of %d is near its limit", count)
	}
	return found
}

// full says which limit of a stream is near, "" if none. One that drops its oldest
// messages by design is always full by their number.
func full(info *jetstream.StreamInfo) string {
	c, s := info.Config, info.State
	switch {
	case c.Discard == jetstream.DiscardOld:
		return ""
	case c.MaxBytes > 0 && float64(s.Bytes) > nearlyFull*float64(c.MaxBytes):
		return fmt.Sprintf("%s of %s", size(s.Bytes), size(uint64(c.MaxBytes)))
	case c.MaxMsgs > 0 && float64(s.Msgs) > nearlyFull*float64(c.MaxMsgs):
		return fmt.Sprintf("%d of %d messages", s.Msgs, c.MaxMsgs)
	default:
		return ""
	}
}
