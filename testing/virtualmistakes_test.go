package svctest_test

import (
	"net"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/enoki-go/enoki/service"
	svctest "github.com/enoki-go/enoki/testing"
)

// mistake names the one to be made by TestMistake, in a process of its own: it ends
// the test, or the process.
const mistake = "SVCTEST_MISTAKE"

// mistakes are uses of Virtual that cannot succeed.
var mistakes = map[string]func(t *testing.T){
	"a real socket": func(t *testing.T) {
		t.Helper()
		svctest.Virtual(t, func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			svctest.NewBroker(t)
			_, _ = l.Accept()
		})
	},
	"a bubble in a bubble": func(t *testing.T) {
		t.Helper()
		svctest.Virtual(t, func(t *testing.T) { svctest.Virtual(t, func(*testing.T) {}) })
	},
	"a service with HTTP": func(t *testing.T) {
		t.Helper()
		svctest.Virtual(t, func(t *testing.T) { svctest.New(t, &Site{}, service.Only("site", "Other", "Page")) })
	},
	"a broker of outside": func(t *testing.T) {
		t.Helper()
		svctest.NewBroker(t)
		svctest.Virtual(t, func(*testing.T) {})
	},
}

func TestMistake(t *testing.T) {
	if commit, ok := mistakes[os.Getenv(mistake)]; ok {
		commit(t)
	}
}

func TestMistakesOfVirtualAreTold(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][]string{
		"a real socket":        {"panic: svctest.Virtual: the clock of TestMistake has stood still for 1", "a real socket", "[IO wait", "Accept"},
		"a bubble in a bubble": {"svctest.Virtual is called in a bubble", "FAIL: TestMistake"},
		"a service with HTTP":  {"svctest.Virtual: site.Page is served over HTTP", "FAIL: TestMistake"},
		"a broker of outside":  {"svctest.Virtual: a broker of this test is up; want it made within f", "FAIL: TestMistake"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			began := time.Now()
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestMistake$", "-test.timeout=50s")
			cmd.Env = append(os.Environ(), mistake+"="+name)
			out, err := cmd.CombinedOutput()
			if err == nil {
				t.Error("have success, want the mistake told")
			}
			wantText(t, string(out), want...)
			if took := time.Since(began); took > 40*time.Second {
				t.Errorf("it took %v, want it told at once, or after 10s", took)
			}
		})
	}
}
