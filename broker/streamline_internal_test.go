package broker

import (
	"strings"
	"testing"

	"github.com/nats-io/nats.go"
)

// request returns a consumer with one request that stands.
func request(left int) (*Consumer, *line) {
	l := &line{prefix: "i.", number: 1, left: left}
	return &Consumer{lines: []*line{l}, wake: make(chan struct{}, 1), config: ConsumerConfig{Slots: func() int { return 0 }}}, l
}

func TestEndOfARequestSaysWhatIsStillToCome(t *testing.T) {
	for _, tt := range []struct {
		name, subject, status, pending string
		left                           int
		broken                         bool
	}{
		{"it stands", "i.1", "100", "5", 5, false},
		{"of an older one", "i.0", "408", "5", 5, false},
		{"nothing was delivered since", "i.1", "408", "5", 0, false},
		{"two are on their way", "i.1", "408", "3", 2, false},
		{"an old broker does not say", "i.1", "408", "", 0, false},
		{"what it says cannot be", "i.1", "408", "9", 0, false},
		{"the leader is gone", "i.1", "409", "4", 1, true},
		{"nobody is there", "i.1", "503", "", 0, true},
		{"nobody is there for another", "j.1", "503", "", 0, true},
		{"the consumer is gone", "j.1", "409 Consumer Deleted", "", 0, true},
		{"the leader is gone for another", "j.1", "409 Leadership Change", "", 5, true},
	} {
		c, l := request(5)
		on := l
		if strings.HasPrefix(tt.subject, "j.") {
			on = &line{prefix: "j.", number: 1, left: 2}
			c.lines = append(c.lines, on)
		}
		m := nats.NewMsg(tt.subject)
		status, why, _ := strings.Cut(tt.status, " ")
		m.Header.Set("Status", status)
		m.Header.Set("Description", why)
		if tt.pending != "" {
			m.Header.Set("Nats-Pending-Messages", tt.pending)
		}
		c.hear(on, m)
		if l.left != tt.left || (c.broken != "") != tt.broken {
			t.Errorf("%s: have %d to come, broken %q, want %d, %v", tt.name, l.left, c.broken, tt.left, tt.broken)
		}
	}
}

func TestSilentRequestIsForgotten(t *testing.T) {
	c, l := request(5)
	word := nats.NewMsg("i.1")
	word.Header.Set("Status", "100")
	for tick := range 20 {
		c.age()
		if tick%2 == 0 {
			c.hear(l, word)
		}
	}
	if l.left != 5 {
		t.Fatalf("have %d to come, want 5 while the broker says that it stands", l.left)
	}
	for range maxQuiet + 1 {
		c.age()
	}
	if l.left != 0 {
		t.Errorf("have %d to come, want none after silence", l.left)
	}
}
