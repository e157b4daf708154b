package timer

import (
	"strconv"
	"testing"
	"time"

	"github.com/enoki-go/enoki/broker"
)

// Whatever is stored as a tick: what is read is what its headers say, and a due time in
// the far future is not waited for.
func FuzzTick(f *testing.F) {
	for _, seed := range [][2]string{
		{"1767225600000", "0"}, {"1767225600000", ""}, {"-1", "7"}, {"9223372036854775807", "-1"}, {"-9223372036854775808", "x"}, {"", ""}, {"1e3", "1"}, {" 1", "1"}, {"0x10", "9999999999999999999"},
	} {
		f.Add(seed[0], seed[1])
	}
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, due, missed string) {
		tick, err := readTick(&broker.Msg{Header: broker.Header{headerDue: {due}, headerMissed: {missed}}})
		ms, bad := strconv.ParseInt(due, 10, 64)
		if (err == nil) != (bad == nil) {
			t.Fatalf("%q: have %v, want %v", due, err, bad)
		}
		if err != nil {
			return
		}
		if tick.Due.UnixMilli() != ms {
			t.Errorf("%q: have %v", due, tick.Due)
		}
		if tick.Missed < 0 || tick.Missed > mostMissed {
			t.Errorf("%q: have %d missed, want 0 to %d", missed, tick.Missed, mostMissed)
		}
		if ahead(tick, now) != (ms > now.Add(clocksDiffer).UnixMilli()) {
			t.Errorf("%q: ahead of %v is %v", due, now, ahead(tick, now))
		}
	})
}
