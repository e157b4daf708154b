package launch_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/cmd/svc/internal/launch"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
)

// Greeter is hosted by this test's own binary, where the environment says so.
type Greeter struct{}

func (*Greeter) Hello(name string) string { return name }

func (*Greeter) Entrypoints() []entrypoint.Binding {
	return []entrypoint.Binding{entrypoint.Bind(rpc.Method{}, (*Greeter).Hello, `args:"name"`)}
}

// Typist names a method that it does not have.
type Typist struct {
	_ rpc.Method `method:"Helo"`
}

func (*Typist) Hello() {}

const actAs = "SVC_LAUNCH_TEST_PROGRAM"

func TestMain(m *testing.M) {
	switch os.Getenv(actAs) {
	case "greeter":
		service.Main(&Greeter{})
	case "typist":
		service.Main(&Typist{})
	case "chatty":
		fmt.Println("hello")
		service.Main(&Greeter{})
	default:
		os.Exit(m.Run())
	}
}

func describe(t *testing.T, program string, args ...string) (service.Manifest, error) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return launch.Describe(t.Context(), self, args, append(os.Environ(), actAs+"="+program))
}

func TestDescribeReturnsWhatServicesDeclare(t *testing.T) {
	t.Parallel()
	manifest, err := describe(t, "greeter", "--define", "workers=3")
	if err != nil {
		t.Fatal(err)
	}
	s := manifest.Services[0]
	if s.Name != "greeter" || s.Workers != 3 || len(s.Entrypoints) != 1 || s.Entrypoints[0].Address != "svc.rpc.greeter.hello" {
		t.Errorf("have %+v, want the method of greeter, and 3 workers", s)
	}
}

func TestDescribeHandsOnWhatAProgramRefuses(t *testing.T) {
	t.Parallel()
	_, err := describe(t, "typist")
	if refused, ok := errors.AsType[*launch.DeclareError](err); !ok || !strings.Contains(refused.Error(), `did you mean "Hello"?`) {
		t.Errorf("error is %v, want what the program says", err)
	}
}

func TestDescribeWantsTheManifestAlone(t *testing.T) {
	t.Parallel()
	if _, err := describe(t, "chatty"); err == nil || !strings.Contains(err.Error(), "want the manifest alone") {
		t.Errorf("error is %v, want that it is no manifest", err)
	}
}
