package enoki_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// ownError is where a package declares an error of the framework.
var ownError = regexp.MustCompile(`fault\.Declare\("(svc\.[a-z_]+)"`)

// Who writes a client in another language finds each error of calls, events and the bus on
// the page of the protocol.
func TestErrorsOfTheFrameworkAreOnThePageOfTheProtocol(t *testing.T) {
	page, err := os.ReadFile("docs/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, folder := range []string{"broker", "events", "rpc"} {
		for _, text := range readAll(t, folder, ".go") {
			for _, m := range ownError.FindAllStringSubmatch(text, -1) {
				found++
				if name := m[1]; name != "svc.changed" && !strings.Contains(string(page), "| `"+name+"` |") { // that is for who keeps something in a bucket
					t.Errorf("docs/protocol.md has no row for %s of %s", name, folder)
				}
			}
		}
	}
	if found < 20 {
		t.Errorf("have %d errors, want those of the packages", found)
	}
}
