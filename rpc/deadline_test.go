package rpc_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
	"github.com/enoki-go/enoki/rpc"
	svctest "github.com/enoki-go/enoki/testing"
)

// Patient calls Gate with every kind of limit.
type Patient struct {
	_ rpc.Method `method:"Field" args:"n"`
	_ rpc.Method `method:"Client" args:"n"`
	_ rpc.Method `method:"Proxy" args:"n"`
	_ rpc.Method `method:"Config" args:"n"`

	Hold  rpc.Func[int, int] `rpc:"gate.hold" timeout:"30ms"`
	Gate  GateClient         `timeout:"30ms"`
	Loose rpc.Proxy          `service:"gate" timeout:"30ms"`
	Other rpc.Proxy          `service:"gate"`
}

// GateClient is the client of Gate.
type GateClient struct {
	rpc.Client `service:"gate"`
	Hold       func(ctx context.Context, n int) (int, error)
}

func (p *Patient) Field(ctx context.Context, n int) (int, error)  { return p.Hold(ctx, n) }
func (p *Patient) Client(ctx context.Context, n int) (int, error) { return p.Gate.Hold(ctx, n) }

func (p *Patient) Proxy(ctx context.Context, n int) (int, error) {
	return decoded[int](p.Loose.Call(ctx, "hold", n))
}

func (p *Patient) Config(ctx context.Context, n int) (int, error) {
	return decoded[int](p.Other.Call(ctx, "hold", n))
}

func TestTimeoutNamesTheSettingThatSetIt(t *testing.T) {
	g := newGate()
	defer close(g.open)
	w := svctest.New(t, g, &Patient{}, svctest.Config("services: {patient: {rpc: {timeout: 40ms}}}"))
	for method, want := range map[string]string{ // and then which instance had the call
		"Field":  `call gate.hold: no answer within 30ms (timeout:"30ms" of field Hold)`,
		"Client": `call gate.hold: no answer within 30ms (timeout:"30ms" of field Hold)`,
		"Proxy":  `call gate.hold: no answer within 30ms (timeout:"30ms" of field Loose)`,
		"Config": `call gate.hold: no answer within 40ms (configuration key rpc.timeout)`,
	} {
		_, err := w.Hook(t.Context(), "patient", method, 1)
		if !errors.Is(err, rpc.ErrTimeout) || !strings.HasPrefix(err.Error(), want+"; instance ") {
			t.Errorf("%s: have %v, want %s", method, err, want)
		}
		wantCode(t, err, fault.Timeout)
	}
}

func TestTimeoutOfTheCallersContextSaysSo(t *testing.T) {
	g := newGate()
	defer close(g.open)
	w := svctest.New(t, g, svctest.Config("workers: 30"))
	for range 20 {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Millisecond)
		_, err := w.Client().Proxy("gate").Call(ctx, "hold", 1)
		cancel()
		if !errors.Is(err, rpc.ErrTimeout) {
			t.Fatalf("have %v, want ErrTimeout, however close the two clocks run", err)
		}
		wantText(t, err, "call gate.hold", "no answer within", "deadline of the caller's context")
	}
}

func TestCallAfterTheDeadlineIsNotSent(t *testing.T) {
	g := newGate()
	w := svctest.New(t, g)
	for _, left := range []time.Duration{-time.Second, 0, 100 * time.Microsecond} {
		ctx, cancel := context.WithTimeout(t.Context(), left)
		_, err := w.Client().Proxy("gate").Call(ctx, "hold", 1)
		cancel()
		if !errors.Is(err, rpc.ErrTimeout) || strings.Contains(err.Error(), "-") || strings.Contains(err.Error(), " 0s") {
			t.Errorf("have %v, want ErrTimeout, and no time that is none", err)
		}
	}
	svctest.Call[int](w, "gate.echo", 1)
	if len(g.entered) > 0 {
		t.Error("the method ran")
	}
}

func TestTimeoutOfAProgramNamesItsOption(t *testing.T) {
	g := newGate()
	w := svctest.New(t, g)
	s := dial(t, w, rpc.WithTimeout(30*time.Millisecond))
	_, err := s.Proxy("gate").Call(t.Context(), "hold", 1)
	if !errors.Is(err, rpc.ErrTimeout) {
		t.Errorf("have %v, want ErrTimeout", err)
	}
	wantText(t, err, "no answer within 30ms", "rpc.WithTimeout")
	close(g.open)
	if got, err := decoded[int](s.Proxy("gate").Call(t.Context(), "echo", 7)); got != 7 || err != nil {
		t.Errorf("after a timeout: have %d, %v, want 7", got, err)
	}
}

func TestTimeoutOfLessThanAMillisecondIsShownAsItIs(t *testing.T) {
	g := newGate()
	w := svctest.New(t, g)
	defer close(g.open)
	s := dial(t, w, rpc.WithTimeout(time.Nanosecond))
	_, err := s.Proxy("gate").Call(t.Context(), "hold", 1)
	if !errors.Is(err, rpc.ErrTimeout) {
		t.Errorf("have %v, want ErrTimeout", err)
	}
	wantText(t, err, "no answer within 1ns", "rpc.WithTimeout")
}

func TestTimeoutThatIsNoneIsRefused(t *testing.T) {
	for _, d := range []time.Duration{0, -time.Second} {
		if s, err := rpc.Dial("nats://127.0.0.1:1", rpc.WithTimeout(d)); err == nil {
			_ = s.Close()
			t.Errorf("%v: have no error, want one", d)
		} else {
			wantText(t, err, "WithTimeout", d.String(), "more than 0s")
		}
	}
}

// Left says how much time it has.
type Left struct {
	_ rpc.Method `method:"Here"`
	_ rpc.Method `method:"There"`
	_ rpc.Method `method:"Far"`

	Self rpc.Proxy `service:"left"`
}

// Here returns the time left in microseconds.
func (*Left) Here(ctx context.Context) (int64, error) {
	end, ok := ctx.Deadline()
	if !ok {
		return 0, errors.New("no deadline")
	}
	return time.Until(end).Microseconds(), nil
}

// There asks a callee.
func (l *Left) There(ctx context.Context) (int64, error) {
	return decoded[int64](l.Self.Call(ctx, "here"))
}

// Far asks a callee's callee.
func (l *Left) Far(ctx context.Context) (int64, error) {
	return decoded[int64](l.Self.Call(ctx, "there"))
}

func TestDeadlineReachesTheCalleeLessAMillisecondPerHop(t *testing.T) {
	w := svctest.New(t, &Left{})
	ctx := await.Within(t)
	for hops, method := range []string{"here", "there", "far"} {
		end, _ := ctx.Deadline()
		limit := time.Until(end) - time.Duration(hops+1)*time.Millisecond
		us, err := decoded[int64](w.Client().Proxy("left").Call(ctx, method))
		got := time.Duration(us) * time.Microsecond
		if err != nil || got > limit || got < limit-2*time.Second {
			t.Errorf("%s: have %v left, %v, want a little less than %v", method, got, err, limit)
		}
	}
}

func TestCallThatSaysNoTimeHasThirtySeconds(t *testing.T) {
	w := svctest.New(t, &Left{}, svctest.Config("rpc: {timeout: 7s}")) // of the calls that it makes
	answer := request(t, plain.Conn(t, w.Broker().URL()), "svc.rpc.left.here", "")
	var us int64
	if _, err := fmt.Sscan(string(answer.Data), &us); err != nil || us > 30e6 || us < 28e6 {
		t.Errorf("have %s, %v, want a little less than 30 s", answer.Data, err)
	}
}

func TestConfiguredTimeoutHasToBePositive(t *testing.T) {
	wantText(t, startErr(t, &Left{}, svctest.Config("rpc: {timeout: 0s}")), "configuration key rpc.timeout: have 0s, want more than 0s")
}
