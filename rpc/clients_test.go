package rpc_test

import (
	"context"
	"errors"
	"testing"

	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
	svctest "github.com/enoki-go/enoki/testing"
)

// Echo returns what it is given.
type Echo struct {
	_ rpc.Method `method:"Pair" args:"text,number"`
	_ rpc.Method `method:"One" args:"point"`
	_ rpc.Method `method:"Several" args:"text"`
	_ rpc.Method `method:"Nothing"`
	_ rpc.Method `method:"NilPointer"`
	_ rpc.Method `method:"NilError"`
}

// Pair is its arguments.
type Pair struct {
	Text   string `json:"text"`
	Number int    `json:"number"`
}

func (*Echo) Pair(text string, number int) Pair    { return Pair{text, number} }
func (*Echo) One(p Point) Point                    { return p }
func (*Echo) Several(s string) (bool, string, int) { return true, s, len(s) }
func (*Echo) Nothing()                             {}
func (*Echo) NilPointer() *Point                   { return nil }
func (*Echo) NilError() (int, error)               { return 7, nil }

// EchoClient is the client of Echo.
type EchoClient struct {
	rpc.Client `service:"echo"`
	Pair       func(ctx context.Context, text string, number int) (Pair, error)
	One        func(ctx context.Context, p Point) (Point, error)
	Several    func(ctx context.Context, s string) (bool, string, int, error)
	Nothing    func(ctx context.Context) error
	Same       func(ctx context.Context, p Point) (Point, error) `rpc:"one"`
}

// Front calls Echo by every kind of field.
type Front struct {
	_ rpc.Method `method:"Run" args:"way"`

	Pair    rpc.Func[Pair, Pair]         `rpc:"echo.pair"`
	One     rpc.Func[Point, Point]       `rpc:"echo.one"`
	Nothing rpc.Func[rpc.None, rpc.None] `rpc:"echo.nothing"`
	Client  EchoClient
	Cluster rpc.Proxy
	Echo    rpc.Proxy `service:"echo"`
}

var errNoSuchWay = errors.New("no such way")

// Run calls by one of the ways.
func (f *Front) Run(ctx context.Context, way string) (got Pair, err error) {
	switch want := (Pair{"a b\n☃", -3}); way {
	case "func":
		return f.Pair(ctx, want)
	case "client":
		return f.Client.Pair(ctx, want.Text, want.Number)
	case "proxy by position":
		return decoded[Pair](f.Echo.Call(ctx, "pair", want.Text, want.Number))
	case "proxy by name":
		return decoded[Pair](f.Echo.Call(ctx, "pair", rpc.Named{"text": want.Text, "number": want.Number}))
	case "cluster proxy":
		return decoded[Pair](f.Cluster.Call(ctx, "echo.pair", want.Text, want.Number))
	case "async proxy":
		return decoded[Pair](f.Echo.Async(ctx, "pair", want.Text, want.Number).Result(ctx))
	case "async func":
		return rpc.Async(ctx, f.Pair, want).Result(ctx)
	default:
		return got, errNoSuchWay
	}
}

func decoded[Out any](r rpc.Result, err error) (out Out, _ error) {
	if err != nil {
		return out, err
	}
	err = r.Decode(&out)
	return out, err
}

func TestServiceCallsByEveryKindOfField(t *testing.T) {
	w := svctest.New(t, &Echo{}, &Front{})
	for _, way := range []string{"func", "client", "proxy by position", "proxy by name", "cluster proxy", "async proxy", "async func"} {
		t.Run(way, func(t *testing.T) {
			if got, want := svctest.Call[Pair](w, "front.run", way), (Pair{"a b\n☃", -3}); got != want {
				t.Errorf("have %v, want %v", got, want)
			}
		})
	}
}

func TestProgramCallsByEveryKindOfClient(t *testing.T) {
	w := svctest.New(t, &Echo{})
	var c EchoClient
	if err := w.Client().Fill(&c); err != nil {
		t.Fatal(err)
	}
	pair, err := rpc.FuncOf[Pair, Pair](w.Client(), "echo.pair")
	if err != nil {
		t.Fatal(err)
	}
	ctx, want := await.Within(t), Pair{"x", 1}
	for way, call := range map[string]func() (Pair, error){
		"filled client": func() (Pair, error) { return c.Pair(ctx, "x", 1) },
		"func":          func() (Pair, error) { return pair(ctx, want) },
		"proxy":         func() (Pair, error) { return decoded[Pair](w.Client().Proxy("echo").Call(ctx, "pair", "x", 1)) },
	} {
		if got, err := call(); err != nil || got != want {
			t.Errorf("%s: have %v, %v, want %v", way, got, err, want)
		}
	}
}

func TestStructParameterTravelsByEveryKindOfClient(t *testing.T) {
	w := svctest.New(t, &Echo{})
	var c EchoClient
	if err := w.Client().Fill(&c); err != nil {
		t.Fatal(err)
	}
	one, err := rpc.FuncOf[Point, Point](w.Client(), "echo.one")
	if err != nil {
		t.Fatal(err)
	}
	ctx, want := await.Within(t), Point{3, 4}
	for way, call := range map[string]func() (Point, error){
		"client":       func() (Point, error) { return c.One(ctx, want) },
		"renamed func": func() (Point, error) { return c.Same(ctx, want) },
		"func":         func() (Point, error) { return one(ctx, want) },
		"proxy":        func() (Point, error) { return decoded[Point](w.Client().Proxy("echo").Call(ctx, "one", want)) },
		"proxy by name": func() (Point, error) {
			return decoded[Point](w.Client().Proxy("echo").Call(ctx, "one", rpc.Named{"point": want}))
		},
		"proxy by fields": func() (Point, error) {
			return decoded[Point](w.Client().Proxy("echo").Call(ctx, "one", rpc.Named{"x": 3, "y": 4}))
		},
	} {
		if got, err := call(); err != nil || got != want {
			t.Errorf("%s: have %v, %v, want %v", way, got, err, want)
		}
	}
}

func TestS32CallerUnpacksSeveralResults(t *testing.T) {
	w := svctest.New(t, &Echo{})
	var c EchoClient
	if err := w.Client().Fill(&c); err != nil {
		t.Fatal(err)
	}
	ok, text, n, err := c.Several(await.Within(t), "abc")
	if !ok || text != "abc" || n != 3 || err != nil {
		t.Errorf("client: have %v, %q, %d, %v, want true, abc, 3", ok, text, n, err)
	}
	result, err := w.Client().Proxy("echo").Call(await.Within(t), "several", "abc")
	if err == nil {
		err = result.Decode(&ok, &text, &n)
	}
	if !ok || text != "abc" || n != 3 || err != nil {
		t.Errorf("proxy: have %v, %q, %d, %v, want true, abc, 3", ok, text, n, err)
	}
	if err := result.Decode(&ok, &text); !errors.Is(err, rpc.ErrBadResult) {
		t.Errorf("two of three results: have %v, want ErrBadResult", err)
	}
	if all, err := result.Value(); err != nil || len(all.([]any)) != 3 {
		t.Errorf("have %v, %v, want a slice of three", all, err)
	}
}

func TestMethodWithoutResultReturnsNil(t *testing.T) {
	w := svctest.New(t, &Echo{})
	for _, method := range []string{"echo.nothing", "echo.nil_pointer"} {
		result, err := w.Client().Proxy("").Call(await.Within(t), method)
		if err != nil {
			t.Fatal(err)
		}
		if v, err := result.Value(); v != nil || err != nil {
			t.Errorf("%s: have %v, %v, want nil", method, v, err)
		}
	}
	if got := svctest.Call[int](w, "echo.nil_error"); got != 7 {
		t.Errorf("have %d, want 7", got)
	}
	if got := svctest.Call[*Point](w, "echo.nil_pointer"); got != nil {
		t.Errorf("have %v, want nil", got)
	}
}

func TestResultThatDoesNotFitNamesTheCall(t *testing.T) {
	w := svctest.New(t, &Echo{})
	f, err := rpc.FuncOf[Pair, int](w.Client(), "echo.pair")
	if err != nil {
		t.Fatal(err)
	}
	_, err = f(await.Within(t), Pair{"x", 1})
	if !errors.Is(err, rpc.ErrBadResult) {
		t.Errorf("have %v, want ErrBadResult", err)
	}
	wantText(t, err, "call echo.pair", "want")
}

func TestDecodingAResultThatNeverCameIsAnError(t *testing.T) {
	var none rpc.Result
	var out int
	wantText(t, none.Decode(&out), "did not return")
	if _, err := none.Value(); err == nil {
		t.Error("have no error, want one")
	}
}

// Counter counts on itself, in vain.
type Counter struct {
	_ service.Name `name:"counter"`
	_ rpc.Method   `method:"Next"`

	N int
}

// Next returns 1.
func (c *Counter) Next() int { c.N++; return c.N }

func TestS12InstancesHoldNoStateBetweenCalls(t *testing.T) {
	w := svctest.New(t, &Counter{})
	for range 3 {
		if got := svctest.Call[int](w, "counter.next"); got != 1 {
			t.Errorf("have %d, want 1 at every call", got)
		}
	}
}

func TestManifestNamesTheMethodsOfAClient(t *testing.T) {
	a, err := service.New(nil, service.With(&Front{}))
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range a.Manifest().Services[0].Dependencies {
		if d.Field != "Client" {
			continue
		}
		if have, want := d.Target+": "+d.Options["methods"], "echo: pair,one,several,nothing,one"; have != want {
			t.Errorf("have %q, want %q", have, want)
		}
		return
	}
	t.Error("the client is not in the manifest")
}
