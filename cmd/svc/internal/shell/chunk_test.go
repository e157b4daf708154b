package shell

import (
	"errors"
	"io"
	"strings"
	"testing"
)

// Cut into statements, a text is still the same text, and each statement is one
// that the parser accepts.
func FuzzChunksLoseNothing(f *testing.F) {
	f.Add("x = 1\nfor i in [1,\n2]:\n\n  print('''a\n#''') # (\nelse\n\n\"\\\"\" + \\\n'b'\ny")
	f.Add("if x: pass\nelif y: pass\n# end\nz")
	f.Fuzz(func(t *testing.T, text string) {
		source := chunks{name: "fuzz", input: newPipe(t.Context(), strings.NewReader(text))}
		whole, err := options.Parse("fuzz", text, 0)
		if err != nil || strings.ContainsAny(text, "\r\x00") { // the parser ends at a NUL
			return
		}
		statements := 0
		for {
			c, err := source.next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			part, err := options.Parse("fuzz", c.text, 0)
			if err != nil {
				t.Fatalf("%q of %q: %v", c.text, text, err)
			}
			statements += len(part.Stmts)
		}
		if statements != len(whole.Stmts) {
			t.Errorf("%q: have %d statements, want %d", text, statements, len(whole.Stmts))
		}
	})
}
