package service_test

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/entrypoint"
)

// at returns the place of the line with a mark.
func at(t *testing.T, mark string) string {
	t.Helper()
	const file = "mistakes_types_test.go"
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	line := 0
	for l := range bytes.Lines(text) {
		line++
		if strings.HasSuffix(strings.TrimSpace(string(l)), "// @"+mark) {
			return fmt.Sprintf("%s:%d", file, line)
		}
	}
	t.Fatalf("no mark @%s", mark)
	return ""
}

// wantMistakes checks the whole text of what New reports. "@mark " stands for
// the place of a mark.
func wantMistakes(t *testing.T, want []string, options ...any) {
	t.Helper()
	_, err := tryWorld(t, options...)
	if err == nil {
		t.Fatal("New found no mistake")
	}
	var lines []string
	for _, line := range want {
		if mark, rest, ok := strings.Cut(strings.TrimPrefix(line, "@"), " "); ok && line[0] == '@' {
			line = at(t, mark) + ": " + rest
		}
		lines = append(lines, line)
	}
	if diff := cmp.Diff(strings.Join(lines, "\n"), err.Error()); diff != "" {
		t.Errorf("error (-want +have):\n%s", diff)
	}
}

const (
	mutex = ": every call runs on its own copy of the struct, so it would guard nothing; share it behind a pointer or from a constructor"
	bound = ", want a method expression such as (*Orders).Create"
	here  = "github.com/enoki-go/enoki/service_test."
	shape = "; want func([ctx context.Context,] args…) (results…[, error])"
)

func TestMistakesAreReportedWithTheirPlaceAndCure(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		service any
		want    []string
	}{
		{"misspelt method", &misspelt{}, []string{`@misspelt service_test.probe: no method Helo on *service_test.misspelt; did you mean "Hello"?`}},
		{"method like no other", &nothingLike{}, []string{`@nothingLike service_test.probe: no method Quit on *service_test.nothingLike; its exported methods are Hello, Own, Sum`}},
		{"no method key", &keyless{}, []string{"@keyless service_test.probe: the tag has no key \"method\"; want `method:\"Name\"`, the Go name of a method of *keyless"}},
		{"unknown key", &unknownKey{}, []string{`@unknownKey service_test.probe of Own: unknown tag key "kinds": known keys are kind, method, sensitive, workers; did you mean "kind"?`}},
		{"malformed tag", &malformed{}, []string{"@malformed malformed tag `workers:\"1\" kind=rpc` at \"kind=rpc\" (byte 12): want a colon after kind=rpc, as in kind=rpc:\"value\""}},
		{"workers", &noWorkers{}, []string{`@noWorkers service_test.probe of Own: tag key workers: have "0", want at least 1`}},
		{"no Declare", &noKind{}, []string{`@noKind struct {} is no kind of entrypoint for method "Own": it has no method Declare (see entrypoint.Declaration)`}},
		{"signatures", &badSignatures{}, []string{
			"@late service_test.probe: method Late is func(*service_test.badSignatures, string, context.Context): context.Context is not the first parameter" + shape,
			"@early service_test.probe: method Early is func(*service_test.badSignatures) (error, string): error is not the last result" + shape,
			"@variadic service_test.probe: method Variadic is func(*service_test.badSignatures, ...string): a variadic parameter cannot be told from several; take a slice" + shape,
		}},
		{"type of Entrypoints", &badEntrypoints{}, []string{"@badEntrypoints method Entrypoints is func(*service_test.badEntrypoints) []string; want func() []entrypoint.Binding"}},
		{"bindings", &badBindings{}, []string{
			"@boundValue bind: have " + here + "(*badBindings).Own-fm" + bound,
			"@boundNil bind: have nil, want a kind of entrypoint such as rpc.Method{}",
			"@boundOther service_test.probe: no method Sum on *service_test.badBindings; its exported methods are Entrypoints, Own",
			`@boundTwice service_test.probe: the tag names the method "Hello", the method expression is "Own"; leave the tag key out`,
		}},
		{"locks", &locks{Fine: &sync.Mutex{}}, []string{
			"@lockDirect field mu (sync.Mutex) is or holds a lock" + mutex,
			"@lockNested field Nested (struct { inner [2]struct { once sync.Once } }) is or holds a lock" + mutex,
			"@lockEmbedded field RWMutex (sync.RWMutex) is or holds a lock" + mutex,
			"@lockAtomic field Count (atomic.Int64) is or holds a lock" + mutex,
			"@lockBase field group (sync.WaitGroup) is or holds a lock" + mutex,
		}},
		{"nobody provides", &unprovided{}, []string{
			"@unprovided field Client: nobody provides a *slog.LevelVar: give a constructor with service.Provide(New…), a provider with service.Lend[*slog.LevelVar](…), or set the field before the start (for svc run, return them from func Options() []service.Option in the package); provided are none",
		}},
		{"name and version", &badName{}, []string{
			`@badName service version: have "1.2", want a semantic version such as 1.2.0`,
			`@badName service name: have "no dots.", want 1 to 64 letters, digits, - or _`,
		}},
		{"key of a name", &emptyName{}, []string{`@emptyName unknown tag key "titel": known keys are name, version`}},
		{"name of a generic type", &generic[int]{}, []string{
			"@generic service name: have \"generic[int]\", which is that of the type, want 1 to 64 letters, digits, - or _: add a marker `_ service.Name `name:\"…\"``",
		}},
		{"no entrypoints", &idle{}, []string{"@idle service_test.idle declares no entrypoint: add a marker field such as `_ rpc.Method `method:\"Hello\"``"}},
		{"no pointer", idle{}, []string{"service: have service_test.idle, want a pointer to a service struct such as &Orders{}"}},
		{"nil pointer", (*idle)(nil), []string{"service: have *service_test.idle, want a pointer to a service struct such as &Orders{}"}},
		{"no struct", new(int), []string{"service: have *int, want a pointer to a service struct such as &Orders{}"}},
		{"value methods only", &withValueMethods{}, []string{`@valueMethod service_test.probe: no method Owm on *service_test.withValueMethods; did you mean "Own"?`}},
		{"embedded structs", &embedding{}, []string{
			`@embedded service_test.probe: no method Owm on *service_test.embedding; did you mean "Own"?`,
			`@embeddedBare service_test.probe: no method Owm on *service_test.embedding; did you mean "Own"?`,
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			wantMistakes(t, tt.want, tt.service)
		})
	}
}

func TestAllMistakesOfAllServicesAreReportedAtOnce(t *testing.T) {
	t.Parallel()
	wantMistakes(t, []string{
		"configuration: configuration key workers: have 0, want at least 1",
		"configuration: configuration key limits.a: have -1, want at least 1",
		"configuration: configuration key limits.b: have 0, want at least 1",
		"configuration of misspelt: configuration key services.misspelt.drain: have -1s, want 0s or more",
		`@misspelt service_test.probe: no method Helo on *service_test.misspelt; did you mean "Hello"?`,
		`@unknownKey service_test.probe of Own: unknown tag key "kinds": known keys are kind, method, sensitive, workers; did you mean "kind"?`,
		"@idle service_test.idle declares no entrypoint: add a marker field such as `_ rpc.Method `method:\"Hello\"``",
	}, &misspelt{}, &idle{}, &unknownKey{}, "workers: 0\nlimits: {b: 0, a: -1}\nservices: {misspelt: {drain: -1s}}")
}

func TestTwoServicesOfOneNameAreRefusedWithBothPlaces(t *testing.T) {
	t.Parallel()
	_, err := tryWorld(t, &shop{}, &twin{}, &shop{})
	if err == nil {
		t.Fatal("New found no mistake")
	}
	lines := strings.Split(err.Error(), "\n")
	want := at(t, "twin") + `: service name "shop" is taken by service_test.shop at fakes_test.go:`
	if len(lines) != 2 || !strings.HasPrefix(lines[1], want) {
		t.Errorf("error is\n%v, want two lines, the second beginning\n%s", err, want)
	}
}

func TestNothingToHostIsAMistake(t *testing.T) {
	t.Parallel()
	wantMistakes(t, []string{"service: no services were given: use service.With(&Orders{})"})
}

// The other form declares the same.
type boundShop struct{ A resource }

func (*boundShop) Entrypoints() []entrypoint.Binding {
	return []entrypoint.Binding{entrypoint.Bind(probe{}, (*boundShop).Buy, `kind:"bound"`, `workers:"2"`)}
}

func (*boundShop) Buy() string { return "bought" }

func TestBindingsDeclareEntrypoints(t *testing.T) {
	t.Parallel()
	w := startWorld(t, &boundShop{})
	p := w.point("bound_shop.Buy")
	if p.kind != "bound" || p.host.Workers() != 2 {
		t.Errorf("kind is %q with %d workers, want bound with 2", p.kind, p.host.Workers())
	}
	if out, err := w.call("bound_shop.Buy"); out != "bought" || err != nil {
		t.Errorf("the call returned %v, %v", out, err)
	}
}
