package rpc_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/rpc"
	svctest "github.com/enoki-go/enoki/testing"
)

func TestUnknownMethodIsToldTheNearestOne(t *testing.T) {
	w := svctest.New(t, &Shapes{})
	err := callErr(t, w.Client(), "shapes.scalr", 1)
	if !errors.Is(err, rpc.ErrUnknownMethod) {
		t.Errorf("have %v, want ErrUnknownMethod", err)
	}
	wantCode(t, err, fault.NotFound)
	wantText(t, err, `call shapes.scalr`, `unknown method "scalr" of shapes`, `did you mean "scalar"?`)
}

func TestUnknownMethodIsToldTheMethodsThatExist(t *testing.T) {
	w := svctest.New(t, &Shapes{})
	err := callErr(t, w.Client(), "shapes.task_c")
	wantText(t, err, `unknown method "task_c" of shapes`, "its methods are any, map, maybe, nothing, optional, point, scalar, slice, two, unnamed")
}

func TestUnknownServiceIsToldTheNearestOne(t *testing.T) {
	w := svctest.New(t, &Shapes{}, &Echo{})
	err := callErr(t, w.Client(), "shape.scalar", 1)
	if !errors.Is(err, rpc.ErrUnknownService) {
		t.Errorf("have %v, want ErrUnknownService", err)
	}
	wantCode(t, err, fault.Unavailable)
	wantText(t, err, `call shape.scalar`, `unknown service "shape"`, `did you mean "shapes"?`)
}

func TestUnknownServiceIsToldTheServicesThatRun(t *testing.T) {
	w := svctest.New(t, &Shapes{}, &Echo{})
	wantText(t, callErr(t, w.Client(), "nobody.there"), `unknown service "nobody"`, "running are echo, shapes")
}

func TestUnknownServiceWithNobodyThere(t *testing.T) {
	b := svctest.NewBroker(t)
	s, err := rpc.Dial(b.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	err = callErr(t, s, "nobody.there")
	if !errors.Is(err, rpc.ErrUnknownService) {
		t.Errorf("have %v, want ErrUnknownService", err)
	}
	wantText(t, err, "no instance is running, nor of any other service")
}

// Relay calls any method for its caller.
type Relay struct {
	_ rpc.Method `method:"Forward" args:"target"`
	_ rpc.Method `method:"Wrap" args:"target"`
	_ rpc.Method `method:"Look" args:"target"`

	Cluster rpc.Proxy
}

// Forward passes an error on as it is.
func (r *Relay) Forward(ctx context.Context, target string) error {
	_, err := r.Cluster.Call(ctx, target)
	return err
}

// Wrap passes an error on with a word of its own.
func (r *Relay) Wrap(ctx context.Context, target string) error {
	if _, err := r.Cluster.Call(ctx, target); err != nil {
		return fmt.Errorf("relay: %w", err)
	}
	return nil
}

// Look says what the error looks like from here.
func (r *Relay) Look(ctx context.Context, target string) []bool {
	_, err := r.Cluster.Call(ctx, target)
	return []bool{errors.Is(err, rpc.ErrUnknownService), errors.Is(err, rpc.ErrUnknownMethod)}
}

func TestCallerInBetweenSeesWhatIsUnknown(t *testing.T) {
	w := svctest.New(t, &Relay{}, &Echo{})
	if got := svctest.Call[[]bool](w, "relay.look", "nobody.there"); !got[0] || got[1] {
		t.Errorf("unknown service: have Is %v, want true, false", got)
	}
	if got := svctest.Call[[]bool](w, "relay.look", "echo.there"); got[0] || !got[1] {
		t.Errorf("unknown method: have Is %v, want false, true", got)
	}
}

func TestServiceUnknownToACalleeIsNotTakenForTheCallee(t *testing.T) {
	w := svctest.New(t, &Relay{}, &Echo{})
	for _, method := range []string{"relay.forward", "relay.wrap"} {
		for target, sentinel := range map[string]*fault.Error{"nobody.there": rpc.ErrUnknownService, "echo.there": rpc.ErrUnknownMethod} {
			err := callErr(t, w.Client(), method, target)
			if errors.Is(err, sentinel) {
				t.Errorf("%s(%s): have errors.Is %v, want an error of the callee's", method, target, sentinel)
			}
			wantCode(t, err, sentinel.Code)
			wantText(t, err, "call "+method, "unknown")
		}
	}
}

func TestProxyRefusesNamesThatAreNoTokens(t *testing.T) {
	w := svctest.New(t, &Echo{})
	long := strings.Repeat("x", 5000)
	for _, target := range []string{"", "echo", "echo.", ".pair", "echo.pair.x", "echo.*", "echo.>", "*.pair", "$SRV.PING", "_INBOX.", "echo.a b", "echo.a\r\nPUB x", "echo.\x00", "ecö.pair", "echo." + long} {
		_, err := w.Client().Proxy("").Call(await.Within(t), target)
		wantCode(t, err, fault.Invalid)
		wantText(t, err, `want "service.method"`)
	}
	if got := svctest.Call[Pair](w, "echo.pair", "still", 1); got.Text != "still" {
		t.Errorf("have %v", got)
	}
}
