package console

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

// Red where each level of a line is read once more for those around it: 54 kB took
// minutes on a busy machine.
func TestLinesOfManyLevelsCostLittle(t *testing.T) {
	line := `{"time":"2026-01-01T00:00:00Z","level":"INFO","msg":"x","a":` + strings.Repeat(`{"a":`, 9000) + "1" + strings.Repeat("}", 9000) + "}"
	began := time.Now()
	r, ok := parse([]byte(line))
	if took := time.Since(began); took > 10*time.Second { // milliseconds, on a machine that is not busy
		t.Errorf("it took %v", took)
	}
	if !ok || len(r.attrs) != 1 || !strings.HasSuffix(r.attrs[0].value, "}") {
		t.Errorf("have %t and %.200v, want the inside as it is written", ok, r.attrs)
	}
}

// Whatever a service writes: a line that is taken for a record has what slog writes, and
// nothing of it is lost.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`{"time":"2026-01-01T00:00:00Z","level":"INFO","msg":"x","a":{"b":[1,{}],"c":"\u001b[31m"},"d":1.50}`, `{"time":"never","level":"INFO","msg":"x"}`,
		`{"level":"INFO","msg":"x"}`, `{"time":"2026-01-01T00:00:00Z","level":{},"msg":"x"}`, `{}`, `{"a":}`, `{"time":"2026-01-01T00:00:00Z","level":"INFO","msg":"x"}{}`,
		`{"time":"2026-01-01T00:00:00Z","level":"INFO","msg":"x","msg":"y","a":null}`, `{"":{"":{"":1}}}`, `{"time":"2026-01-01T00:00:00Z","level":"\ud800","msg":"\xff"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		r, ok := parse(line)
		if !ok {
			return
		}
		var whole map[string]any
		if err := json.Unmarshal(line, &whole); err != nil {
			t.Fatalf("%q is taken for a record: %v", line, err)
		}
		for _, a := range r.attrs {
			top, _, _ := strings.Cut(a.key, ".")
			if _, there := whole[a.key]; !there && !strings.Contains(string(line), top) && !strings.Contains(string(line), `\`) {
				t.Errorf("%q: have the attribute %q, which is not there", line, a.key)
			}
		}
		out := labelled("a\"b", line)
		if again, ok := parse(out); !ok || !json.Valid(out) || again.message != r.message || len(again.attrs) != len(r.attrs)+1 {
			t.Errorf("%q: with a label it is %q", line, out)
		}
	})
}
