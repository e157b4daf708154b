package coming_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// python is a block of Python on a page.
var python = regexp.MustCompile("(?ms)^```python\n(.*?)^```$")

// readPython compiles texts by name and prints what is wrong, a line each.
const readPython = `
import json, sys
for name, text in json.load(sys.stdin).items():
    try:
        compile(text, name, "exec")
    except SyntaxError as wrong:
        print("%s: %s" % (name, wrong))
`

// Python cannot be run with what it imports, but read. It takes a python3, which is why it
// stands here and not among the tests of a fresh clone.
func TestPythonOfThePagesIsSound(t *testing.T) {
	t.Parallel()
	given, err := json.Marshal(pythonOfThePages(t))
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), "python3", "-c", readPython)
	command.Stdin = bytes.NewReader(given)
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("python3: %v: %s", err, out)
	}
	for wrong := range strings.Lines(string(out)) {
		if !strings.HasPrefix(wrong, "slip: ") {
			t.Error(wrong)
		}
	}
	if !strings.Contains(string(out), "slip: ") {
		t.Errorf("have %q, want the slip to be found", out)
	}
}

// pythonOfThePages returns the blocks by their names, and one that is wrong.
func pythonOfThePages(t *testing.T) map[string]string {
	t.Helper()
	blocks := map[string]string{"slip": "def f(:\n"}
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for i, m := range python.FindAllStringSubmatch(string(text), -1) {
			blocks[fmt.Sprintf("block %d of %s", i+1, page)] = m[1]
		}
	}
	if len(blocks) == 1 {
		t.Fatal("no page has a block of Python")
	}
	return blocks
}
