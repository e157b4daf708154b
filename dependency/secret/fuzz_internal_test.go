package secret

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A secret in a file is what the file holds, without the end of its line, and shows itself
// to nobody.
func FuzzFile(f *testing.F) {
	for _, seed := range []string{"canary-9d0c47e1\n", "canary-9d0c47e1\r\n", "canary\n\n", "", "\n", "a\x00b", "\xff\xfe", "[redacted]", strings.Repeat("x", 100) + "\r"} {
		f.Add([]byte(seed))
	}
	path := filepath.Join(f.TempDir(), "secret")
	f.Fuzz(func(t *testing.T, content []byte) {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		text, err := read(path)
		if err != nil {
			t.Fatal(err)
		}
		rest, ok := strings.CutPrefix(string(content), text.Reveal())
		if !ok || rest != "" && rest != "\n" && rest != "\r\n" && rest != "\r" {
			t.Errorf("%q: have %q", content, text.Reveal())
		}
		shown, err := json.Marshal(map[string]any{"a": text})
		if told := fmt.Sprintf("%v %+v %#v %q %s %d %x", text, text, text, text, text, text, text) + string(shown); err != nil ||
			len(text.Reveal()) > len(Redacted) && strings.Contains(told, text.Reveal()) {
			t.Errorf("%q: shows itself as %s, %v", content, told, err)
		}
		var again Text
		if err := again.UnmarshalText([]byte(text.Reveal())); (err == nil) != (text.Reveal() != Redacted) || err == nil && again.Reveal() != text.Reveal() {
			t.Errorf("%q: is read as %q, %v", content, again.Reveal(), err)
		}
	})
}
