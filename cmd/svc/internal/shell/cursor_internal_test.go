package shell

import "testing"

func FuzzWordEndsAtTheCursor(f *testing.F) {
	for _, line := range []string{"n.rpc.desk.move(", `n.rpc["x"]["`, `f('''a`, "\\", "n.dispatch_event('a', type='", "x[[](.", ")]}.a", "'\\"} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		p, ok := locate(line)
		if !ok {
			return
		}
		if p.start < 0 || p.start > len(line) || line[p.start:] != p.word {
			t.Errorf("%q: have word %q from %d on", line, p.word, p.start)
		}
		if p.link != 0 && line[p.at] != p.link {
			t.Errorf("%q: have %q at %d", line, p.link, p.at)
		}
	})
}
