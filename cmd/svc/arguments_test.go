package main

import (
	"testing"

	"github.com/enoki-go/enoki/rpc"
	svctest "github.com/enoki-go/enoki/testing"
)

// Desk takes one struct.
type Desk struct {
	_ rpc.Method `method:"Write"`
	_ rpc.Method `method:"Keep"`
}

// Letter is what is written.
type Letter struct {
	Text  string `json:"text"`
	Count int    `json:"count,omitempty"`
}

func (*Desk) Write(l Letter) string          { return l.Text }
func (*Desk) Keep(all map[string]string) int { return len(all) }

// The decoder of a method leaves out what its struct does not have, so the call succeeded
// with half of what was meant.
func TestFieldsThatNoStructHasAreRefused(t *testing.T) {
	t.Parallel()
	b := svctest.New(t, &Desk{}).Broker()
	const want = "svc: call desk.write: have unknown argument \"txt\", want count, text; did you mean text?\n"
	for _, given := range []string{`{"txt":"a"}`, `txt=a`, `{"count":1,"txt":"a"}`} {
		if code, stdout, stderr := svc(b, "call", "desk.write", given); code != 2 || stdout != "" || stderr != want {
			t.Errorf("%s: have %d, %s%s, want 2, %s", given, code, stdout, stderr, want)
		}
	}
}

func TestDocumentsThatFitAreSentAsTheyAre(t *testing.T) {
	t.Parallel()
	b := svctest.New(t, &Desk{}).Broker()
	for _, tt := range []struct{ target, given, want string }{
		{"desk.write", `{"text":"a","count":1}`, "\"a\"\n"},
		{"desk.write", `[{"text":"a"}]`, "\"a\"\n"},
		{"desk.write", `{}`, "\"\"\n"},
		{"desk.keep", `{"any":"1","name":"2"}`, "2\n"},
	} {
		if code, stdout, stderr := svc(b, "call", tt.target, tt.given); code != 0 || stdout != tt.want {
			t.Errorf("%s %s: have %d, %s%s, want 0, %s", tt.target, tt.given, code, stdout, stderr, tt.want)
		}
	}
}
