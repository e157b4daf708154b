package rpc_test

import (
	"context"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
	svctest "github.com/enoki-go/enoki/testing"
)

// none has methods for services that are declared wrong.
type none struct{}

func (none) Go()                          {}
func (none) Stop()                        {}
func (none) Two(string, int)              {}
func (none) Channel(chan int)             {}
func (none) Function() func()             { return nil }
func (none) Variadic(...string)           {}
func (none) Late(string, context.Context) {} //nolint:revive // the mistake that is tested

type (
	sameName struct {
		none
		_ rpc.Method `method:"Go"`
		_ rpc.Method `method:"Stop" name:"go"`
	}
	twice struct {
		none
		_ rpc.Method `method:"Go"`
		_ rpc.Method `method:"Go"`
	}
	badName struct {
		none
		_ rpc.Method `method:"Go" name:"a.b"`
	}
	fewArgs struct {
		none
		_ rpc.Method `method:"Two" args:"a"`
	}
	manyArgs struct {
		none
		_ rpc.Method `method:"Two" args:"a,b,c"`
	}
	channel struct {
		none
		_ rpc.Method `method:"Channel"`
	}
	function struct {
		none
		_ rpc.Method `method:"Function"`
	}
	variadic struct {
		none
		_ rpc.Method `method:"Variadic"`
	}
	late struct {
		none
		_ rpc.Method `method:"Late"`
	}
	misspelt struct {
		none
		_ rpc.Method `method:"Goo"`
	}
	strangeKey struct {
		none
		_ rpc.Method `method:"Go" arg:"x"`
	}
	noTarget struct {
		none
		_ rpc.Method `method:"Go"`
		F rpc.Func[int, int]
	}
	badTarget struct {
		none
		_ rpc.Method         `method:"Go"`
		F rpc.Func[int, int] `rpc:"payments"`
	}
	deepTarget struct {
		none
		_ rpc.Method         `method:"Go"`
		F rpc.Func[int, int] `rpc:"payments.charge.now"`
	}
	negative struct {
		none
		_ rpc.Method         `method:"Go"`
		F rpc.Func[int, int] `rpc:"payments.charge" timeout:"-2s"`
	}
	negativeProxy struct {
		none
		_ rpc.Method `method:"Go"`
		P rpc.Proxy  `timeout:"-2s"`
	}
	negativeClient struct {
		none
		_ rpc.Method `method:"Go"`
		C goClient   `timeout:"-2s"`
	}
	badProxy struct {
		none
		_ rpc.Method `method:"Go"`
		P rpc.Proxy  `service:"a.b"`
	}
	noService struct {
		none
		_ rpc.Method `method:"Go"`
		C serviceless
	}
	badFuncs struct {
		none
		_ rpc.Method `method:"Go"`
		C wrongFuncs
	}
)

type goClient struct {
	rpc.Client `service:"payments"`
	Go         func(context.Context) error
}

type serviceless struct {
	rpc.Client
	Go func(context.Context) error
}

type wrongFuncs struct {
	rpc.Client `service:"payments"`
	NoContext  func(int) error
	NoError    func(context.Context) int
	Variadic   func(context.Context, ...int) error
	Named      func(context.Context) error `rpc:"other.charge"`
	Key        func(context.Context) error `timeuot:"1s"`
	Soon       func(context.Context) error `timeout:"-1s"`
	Fine       func(context.Context) error
}

var declarations = []struct {
	service any
	want    []string
}{
	{&sameName{}, []string{`name "go" on the wire is taken by method Go`, "tag key name"}},
	{&twice{}, []string{`name "go" on the wire is taken by method Go`}},
	{&badName{}, []string{`tag key name: have "a.b", want 1 to 64 letters, digits, - or _`}},
	{&fewArgs{}, []string{"tag key args: have 1 names, want one for each of the 2 parameters of Two"}},
	{&manyArgs{}, []string{"tag key args: have 3 names, want one for each of the 2 parameters of Two"}},
	{&channel{}, []string{"parameters of Channel", "chan int"}},
	{&function{}, []string{"results of Function", "func()"}},
	{&variadic{}, []string{"method Variadic", "take a slice"}},
	{&late{}, []string{"method Late", "context.Context is not the first parameter"}},
	{&misspelt{}, []string{`no method Goo`, `did you mean "Go"?`}},
	{&strangeKey{}, []string{`"arg"`, `args`}},
	{&noTarget{}, []string{"field F", "rpc"}},
	{&badTarget{}, []string{"field F", `tag key rpc: have "payments", want "service.method"`}},
	{&deepTarget{}, []string{"field F", `tag key rpc: have "payments.charge.now", want "service.method"`}},
	{&negative{}, []string{"field F", `timeout:"-2s": want a duration above 0s`}},
	{&negativeProxy{}, []string{"field P", `timeout:"-2s": want a duration above 0s`}},
	{&negativeClient{}, []string{"field C", `timeout:"-2s": want a duration above 0s`}},
	{&badProxy{}, []string{"field P", `tag key service: have "a.b", want the name of a service`}},
	{&noService{}, []string{"field C", `tag key service: have ""`, "`service:\"stock\"`"}},
	{&badFuncs{}, []string{
		"wrongFuncs.NoContext: have func(int) error, want func(ctx context.Context, args…) (results…, error)",
		"wrongFuncs.NoError: have func(context.Context) int, want",
		"wrongFuncs.Variadic: have func(context.Context, ...int) error, want",
		`wrongFuncs.Named: tag key rpc: have "other.charge", want the name of a method`,
		"wrongFuncs.Key: ", "timeuot",
		`wrongFuncs.Soon: tag timeout:"-1s": want a duration above 0s`,
	}},
}

func TestMistakesOfDeclarationsAreToldBeforeTheStart(t *testing.T) {
	for _, tt := range declarations {
		_, err := service.New(nil, service.With(tt.service))
		if err == nil {
			t.Errorf("%T: have no error, want one with %q", tt.service, tt.want)
			continue
		}
		for _, want := range tt.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%T: have\n%v\nwant it to have %q", tt.service, err, want)
			}
		}
		if strings.Contains(err.Error(), "Fine") {
			t.Errorf("%T: have\n%v\nwant nothing about what is right", tt.service, err)
		}
	}
}

func TestMistakesOfAllServicesAreToldAtOnce(t *testing.T) {
	_, err := service.New(nil, service.With(&badName{}, &badTarget{}, &badFuncs{}))
	wantText(t, err, `"a.b"`, `"payments"`, "NoContext", "NoError")
}

func TestProxyThatWasNotFilledSaysSo(t *testing.T) {
	var p rpc.Proxy
	_, err := p.Call(t.Context(), "echo.pair")
	wantText(t, err, "call echo.pair", "was not filled")
}

func TestManifestNamesWhatAServiceCallsAndServes(t *testing.T) {
	w := svctest.New(t, &Echo{}, &Front{})
	front := w.App().Manifest().Services[1]
	var targets []string
	for _, d := range front.Dependencies {
		targets = append(targets, d.Field+" "+d.Kind+" "+d.Target)
	}
	if got, want := strings.Join(targets, ", "), "Pair rpc echo.pair, One rpc echo.one, Nothing rpc echo.nothing, Client rpc echo, Cluster rpc , Echo rpc echo"; got != want {
		t.Errorf("have %s, want %s", got, want)
	}
	if e := front.Entrypoints[0]; e.Kind != "rpc" || e.Name != "run" || e.Address != "svc.rpc.front.run" || strings.Join(e.Params, "") != "way" || e.Input == nil || e.Output == nil {
		t.Errorf("have %+v", e)
	}
}

func TestMistakeInSharedSettingsIsToldOnce(t *testing.T) {
	err := startErr(t, &Left{}, svctest.Config("rpc: {timout: 1s}"))
	wantText(t, err, `did you mean "timeout"?`)
	if n := strings.Count(err.Error(), "timout"); n != 1 {
		t.Errorf("have it %d times, want once:\n%v", n, err)
	}
}
