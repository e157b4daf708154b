package events

import (
	"fmt"
	"time"

	"github.com/enoki-go/enoki/broker"
)

// settings is the configuration section events.
type settings struct {
	Timeout  time.Duration // of an Emit whose context says nothing else; 30 s
	MaxBytes int64         // that the broker reserves for the events of one source; 1 GiB. Read where the stream is made
	MaxAge   time.Duration // after which an event goes that some handler did not take; 7 days. Read where the stream is made
	Identity string        // of this instance, for broadcasts: with one, it gets what was emitted while it was away
	source   string        // what sets Timeout, for messages
}

func defaults(source string) settings {
	return settings{Timeout: 30 * time.Second, MaxBytes: 1 << 30, MaxAge: 7 * 24 * time.Hour, source: source}
}

func (s settings) check() error {
	switch {
	case s.Timeout <= 0:
		return fmt.Errorf("%s: have %v, want more than 0s", s.source, s.Timeout)
	case s.MaxBytes < 1<<20:
		return fmt.Errorf("configuration key events.max_bytes: have %d, want at least %d (1 MiB)", s.MaxBytes, 1<<20)
	case s.MaxAge < time.Minute:
		return fmt.Errorf("configuration key events.max_age: have %v, want at least 1m", s.MaxAge)
	case s.Identity != "" && !broker.ValidName(s.Identity):
		return fmt.Errorf("configuration key events.identity: have %q, want 1 to 64 letters, digits, - or _", s.Identity)
	default:
		return nil
	}
}

const (
	maxEvent     = 1 << 20 // bytes of one event
	deadKept     = 30 * 24 * time.Hour
	deadBytes    = 1 << 30
	deadWindow   = 10 * time.Minute // in which the same event dies once
	laterBytes   = 256 << 20
	triesBytes   = 256 << 20
	inactiveKept = 7 * 24 * time.Hour // for which the events of an absent handler wait
	broadcastGap = 5 * time.Minute    // that an instance may be away without missing a broadcast
)

// sourceStream says how the events of a source are stored.
func sourceStream(c *broker.Conn, s settings, source string) broker.StreamConfig {
	return broker.StreamConfig{
		Name: c.StreamName("EVT", source), Subjects: []string{subjectOf(c.Namespace(), source, "*", ">")},
		Keep: broker.KeepWhileWanted, MaxMsgs: -1, MaxBytes: s.MaxBytes, MaxAge: s.MaxAge, MaxMsgSize: maxEvent,
	}
}
