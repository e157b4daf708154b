package client_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/web/client"
)

// tests is what node runs. The test reads it, so that its outcome is not taken from
// the test cache after a change.
const tests = "client_test.mjs"

func TestClientDoesWhatItsOwnTestsSay(t *testing.T) {
	written, err := os.ReadFile(tests)
	if err != nil {
		t.Fatal(err)
	}
	node, err := exec.LookPath("node")
	if err != nil {
		if os.Getenv("ENOKI_REQUIRE_SERVICES") == "1" {
			t.Fatalf("have no node, which ENOKI_REQUIRE_SERVICES=1 wants: %v", err)
		}
		t.Skipf("needs node to run %s: %v", tests, err)
	}
	run := exec.CommandContext(await.Within(t, 4*await.Patience), node, "--test", "--test-reporter=tap", tests)
	out, err := run.CombinedOutput()
	if err != nil {
		t.Fatalf("node --test %s: %v\n%s", tests, err, out)
	}
	var passed int
	_, rest, _ := strings.Cut(string(out), "\n# pass ")
	_, _ = fmt.Sscan(rest, &passed)
	if least := bytes.Count(written, []byte("\ntest(")); passed < least {
		t.Errorf("node --test %s: have %d tests passed, want at least %d\n%s", tests, passed, least, out)
	}
}

// Pages import the module as it is: what is embedded is the file beside the tests.
func TestModuleIsTheFile(t *testing.T) {
	file, err := os.ReadFile("enoki.js")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(client.Module, file) {
		t.Errorf("have %d bytes, want the %d of enoki.js", len(client.Module), len(file))
	}
}
