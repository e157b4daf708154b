package enoki_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
)

const reliabilityPage = "docs/reliability.md"

var (
	testFile = regexp.MustCompile("`([a-z/_]+_test\\.go)`(?:, `(Test[A-Za-z0-9]+)`)?")
	testName = regexp.MustCompile("`(Test[A-Za-z0-9]+)`")
)

// The page on reliability names tests as its proof. What it names is there.
func TestTestsOnThePageOfReliabilityExist(t *testing.T) {
	page := readPage(t)
	all := strings.Builder{}
	for _, text := range readAll(t, ".", "_test.go") {
		all.WriteString(text)
	}
	for _, m := range testFile.FindAllStringSubmatch(page, -1) {
		text, err := os.ReadFile(m[1])
		if err != nil {
			t.Errorf("%s names %s: %v", reliabilityPage, m[1], err)
		}
		if m[2] != "" && !strings.Contains(string(text), "\nfunc "+m[2]+"(") {
			t.Errorf("%s names %s in %s, which is not there", reliabilityPage, m[2], m[1])
		}
	}
	names := testName.FindAllStringSubmatch(page, -1)
	for _, m := range names {
		if !strings.Contains(all.String(), "\nfunc "+m[1]+"(") {
			t.Errorf("%s names %s, which is nowhere", reliabilityPage, m[1])
		}
	}
	if len(names) == 0 {
		t.Errorf("%s: have no name of a test, want some", reliabilityPage)
	}
}

// Each promise is in the table of promises, and in that of the last run.
func TestEachPromiseIsOnThePageOfReliability(t *testing.T) {
	promises, measured, found := strings.Cut(readPage(t), "\n## All promises in one run\n")
	if !found {
		t.Fatalf("%s: have no section on all promises in one run", reliabilityPage)
	}
	for n := range 21 {
		row := fmt.Sprintf("\n| P%d | ", n+1)
		if !strings.Contains(promises, row) {
			t.Errorf("P%d is not among the promises", n+1)
		}
		if !strings.Contains(measured, row) {
			t.Errorf("P%d is not in the table of the run", n+1)
		}
	}
}

func readPage(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(reliabilityPage)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
