package events

import (
	"strings"
	"testing"
	"time"
)

func TestBackoffDoublesUpToAnHour(t *testing.T) {
	for _, tt := range []struct {
		base time.Duration
		n    int
		want time.Duration
	}{
		{time.Second, 1, time.Second},
		{time.Second, 2, 2 * time.Second},
		{time.Second, 5, 16 * time.Second},
		{time.Second, 50, time.Hour},
		{time.Hour, 1, time.Hour},
		{24 * time.Hour, 1, 24 * time.Hour},
		{24 * time.Hour, 3, 24 * time.Hour},
	} {
		if have := backoff(tt.base, tt.n); have != tt.want {
			t.Errorf("%v after error %d: have %v, want %v", tt.base, tt.n, have, tt.want)
		}
	}
}

func TestJitterIsATenthInBothDirections(t *testing.T) {
	var early, late bool
	for range 1000 {
		d := jitter(time.Second)
		if d < 900*time.Millisecond || d > 1100*time.Millisecond {
			t.Fatalf("have %v, want a second and at most a tenth more or less", d)
		}
		early, late = early || d < time.Second, late || d > time.Second
	}
	if !early || !late {
		t.Error("want some earlier and some later")
	}
}

func TestNoteTellsWhoseAConsumerIs(t *testing.T) {
	n := note{"shipping.on_paid", "payments.order.paid", broadcast, "1.2.3"}
	if have, ok := noteOf(n.String()); !ok || have != n {
		t.Errorf("have %+v, %v, want %+v", have, ok, n)
	}
	for _, text := range []string{"", "enoki", "somebody of x, y, version 1", "enoki a.b of c.d, mode", "enoki a.b of c.d, mode, edition 1"} {
		if _, ok := noteOf(text); ok {
			t.Errorf("%q: want it not to be ours", text)
		}
	}
}

func TestLaterVersionSupersedesAnOlderOne(t *testing.T) {
	for _, tt := range []struct {
		ours, theirs string
		want         bool
	}{
		{"1.0.0", "1.0.0", true},
		{"1.10.0", "1.9.0", true},
		{"1.9.0", "1.10.0", false},
		{"2.0.0-rc.1", "1.9.9", true},
		{"0.0.0", "0.0.1", false},
		{"1.0.1+build.7", "1.0.1", true},
	} {
		ours, theirs := note{"a.b", "c.d", servicePool, tt.ours}, note{"a.b", "c.d", servicePool, tt.theirs}
		if have := ours.supersedes(theirs.String()); have != tt.want {
			t.Errorf("%s supersedes %s: have %v", tt.ours, tt.theirs, have)
		}
	}
	if (note{"a.b", "c.d", servicePool, "9.0.0"}).supersedes(note{"a.x", "c.d", servicePool, "1.0.0"}.String()) {
		t.Error("want the consumer of another handler left alone")
	}
}

func TestSubjectsAreReadAsTheyAreWritten(t *testing.T) {
	s := subjectOf("svc", "payments", "-", "order.paid")
	if s != "svc.evt.payments.-.order.paid" {
		t.Errorf("have %s", s)
	}
	if source, partition, event, ok := splitSubject("svc", s); !ok || source != "payments" || partition != "-" || event != "order.paid" {
		t.Errorf("have %s, %s, %s, %v", source, partition, event, ok)
	}
	for _, other := range []string{"svc.evt.payments.paid", "other.evt.payments.-.paid", "svc.rpc.payments.pay"} {
		if _, _, _, ok := splitSubject("svc", other); ok {
			t.Errorf("%s: want it to be no event", other)
		}
	}
}

// Other languages have to find the same partition.
func TestPartitionIsThatOfTheProtocol(t *testing.T) {
	for key, want := range map[string]string{"": "-", "a": "4", "order-7": "3", "ö": "4"} {
		if have := partitionOf(key); have != want {
			t.Errorf("%q: have %s, want %s", key, have, want)
		}
	}
}

func TestHeaderTextIsOneLine(t *testing.T) {
	if have := oneLine(" a\r\n\tb "); have != "a b" {
		t.Errorf("have %q", have)
	}
	if have := oneLine(strings.Repeat("ö", 2000)); len(have) > 1010 {
		t.Errorf("have %d bytes, want it cut", len(have))
	}
}

func TestStackOfAStrangerIsBounded(t *testing.T) {
	if have := stackOf(strings.Repeat("a,", 2000)); have != nil {
		t.Errorf("have %d ids, want none", len(have))
	}
	if have := stackOf("a,b"); len(have) != 2 {
		t.Errorf("have %v, want both", have)
	}
}

func FuzzSubjects(f *testing.F) {
	f.Add("svc.evt.a.-.b")
	f.Add("svc.evt...")
	f.Fuzz(func(t *testing.T, subject string) {
		source, partition, event, ok := splitSubject("svc", subject)
		if ok && subjectOf("svc", source, partition, event) != subject {
			t.Errorf("%q is read as %q, %q, %q", subject, source, partition, event)
		}
	})
}

func FuzzNotes(f *testing.F) {
	f.Add("enoki a.b of c.d, broadcast, version 1.2.3")
	f.Fuzz(func(t *testing.T, text string) {
		if n, ok := noteOf(text); ok && n.String() != text {
			t.Errorf("%q is read as %+v", text, n)
		}
	})
}
