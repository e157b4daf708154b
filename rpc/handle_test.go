package rpc_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/rpc"
)

func TestHandleSurvivesAsText(t *testing.T) {
	for _, text := range []string{
		"reports.build.1.abc", "a.b.18446744073709551615.build/invoice.7", "orders_2-b.x.0.ä/~=" + strings.Repeat("x", 100),
	} {
		h, err := rpc.ParseHandle(text)
		if err != nil || h.String() != text {
			t.Errorf("have %s, %v, want %s", h, err, text)
		}
		body, err := json.Marshal(map[string]rpc.Handle{"h": h})
		if err != nil {
			t.Fatal(err)
		}
		var back map[string]rpc.Handle
		if err := json.Unmarshal(body, &back); err != nil || back["h"] != h {
			t.Errorf("%s: have %v, %v", body, back, err)
		}
	}
	var none rpc.Handle
	if text, err := none.MarshalText(); len(text) > 0 || err != nil || none.UnmarshalText(text) != nil || none != (rpc.Handle{}) {
		t.Errorf("have %q, %v, want the zero handle as no text", text, err)
	}
}

func TestTextThatIsNoHandle(t *testing.T) {
	for _, text := range []string{
		"", "a", "a.b", "a.b.c", "a.b.1", "a.b.1.", "a.b.-1.x", "a.b.x.x", "a..1.x", ".b.1.x", "a.*.1.x", ">.b.1.x", "a.b.1.x y",
		"a.b.1.x,y", "a.b.1.x\r\ny", "a.b.18446744073709551616.x", "a.b.1." + strings.Repeat("x", 129),
	} {
		if h, err := rpc.ParseHandle(text); err == nil || fault.CodeOf(err) != fault.Invalid || h != (rpc.Handle{}) {
			t.Errorf("%q: have %v, %v, want an error", text, h, err)
		}
	}
}

func FuzzParseHandle(f *testing.F) {
	f.Add("reports.build.1.abc")
	f.Add("a.b.01.x/y.z")
	f.Fuzz(func(t *testing.T, text string) {
		h, err := rpc.ParseHandle(text)
		if err != nil {
			return
		}
		if again, err := rpc.ParseHandle(h.String()); err != nil || again != h {
			t.Errorf("%q: have %q, %v", text, again, err)
		}
	})
}
