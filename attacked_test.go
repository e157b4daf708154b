package enoki_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// attackTest is the name of a test in the table of what was attacked, and that of a part
// of it.
var attackTest = regexp.MustCompile("`((?:Test|Fuzz)[A-Za-z0-9_]+)(?:/([^`]*))?`")

// What docs/security.md says was attacked has tests that exist.
func TestAttacksHaveTheTestsThatAreNamed(t *testing.T) {
	data, err := os.ReadFile("docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, found := strings.Cut(string(data), "\n## What was attacked\n")
	if !found {
		t.Fatal("docs/security.md has no section \"What was attacked\"")
	}
	section, _, _ = strings.Cut(section, "\n## ")
	var code strings.Builder
	for _, text := range readAll(t, ".", "_test.go") {
		code.WriteString(text)
	}
	rows := 0
	for line := range strings.Lines(section) {
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| attack ") {
			continue
		}
		rows++
		tests := attackTest.FindAllStringSubmatch(line, -1)
		if len(tests) == 0 {
			t.Errorf("want a test in the row %s", line)
		}
		for _, m := range tests {
			if !strings.Contains(code.String(), "\nfunc "+m[1]+"(") {
				t.Errorf("there is no test %s, which is in the row %s", m[1], line)
			}
			if m[2] != "" && !strings.Contains(code.String(), "t.Run(\""+m[2]+"\",") {
				t.Errorf("%s has no part %q, which is in the row %s", m[1], m[2], line)
			}
		}
	}
	if rows < 20 {
		t.Errorf("have %d rows of attacks, want those of the list", rows)
	}
}
