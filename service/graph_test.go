package service_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	"go.uber.org/fx"

	"github.com/enoki-go/enoki/service"
)

// wantResult calls a method of a fresh application.
func wantResult(t *testing.T, want any, method string, options ...any) {
	t.Helper()
	w := startWorld(t, options...)
	if have, err := w.call(method); have != want || err != nil {
		t.Errorf("%s = %v, %v, want %v", method, have, err, want)
	}
}

func TestConstructorsFillFields(t *testing.T) {
	t.Parallel()
	asFinder := fx.Annotate(newCatalog, fx.As(new(finder)))
	tests := []struct {
		name         string
		service      any
		method       string
		constructors []any
		want         any
	}{
		{"from other constructors", &scholar{}, "scholar.Read", []any{newCatalog, newCache, newDatabase}, true},
		{"variadic", &library{}, "library.Read", []any{optionalDatabase}, "variadic"},
		{"annotated", &reader{}, "reader.Read", []any{asFinder, newCache, newDatabase}, "found in db"},
		{"beside an annotated one", &library{}, "library.Read", []any{asFinder, newCache, newDatabase}, "db"},
		{"set by the user", &library{DB: &database{"own"}}, "library.Read", []any{panickingDatabase}, "own"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			wantResult(t, tt.want, tt.method, tt.service, service.Provide(tt.constructors...))
		})
	}
}

func TestMistakesOfConstructorsAreSaidInOurWords(t *testing.T) {
	t.Parallel()
	asFinder := func(constructor any) any { return fx.Annotate(constructor, fx.As(new(finder))) }
	const pkg = "github.com/enoki-go/enoki/service_test."
	tests := []struct {
		name         string
		service      any
		constructors []any
		want         []string // pieces, in order
	}{
		{"error", &library{}, []any{brokenDatabase}, []string{"constructors: " + pkg + "brokenDatabase (graph_types_test.go:", "): no disk"}},
		{"panic", &library{}, []any{panickingDatabase}, []string{"constructors: " + pkg + "panickingDatabase (graph_types_test.go:", "): panic: ouch"}},
		{"panic, and what it should have made is needed", &scholar{}, []any{panickingDatabase, derefCatalog, newCache}, []string{pkg + "panickingDatabase (", "): panic: ouch"}},
		{"missing", &scholar{}, []any{newCatalog, newDatabase}, []string{
			"service.Provide: " + pkg + "newCatalog (graph_types_test.go:", ") needs *service_test.cache, which no constructor provides; provided are [*service_test.catalog *service_test.database]",
			"field Cache: nobody provides a *service_test.cache: ",
		}},
		{"twice", &library{}, []any{newDatabase, brokenDatabase}, []string{"*service_test.database is provided by both " + pkg + "newDatabase (", " and " + pkg + "brokenDatabase ("}},
		{"cycle", &library{}, []any{circularDatabase, newCatalog, newCache}, []string{pkg + "circularDatabase (", ") needs its own result, through its parameters", pkg + "newCatalog ("}},
		{"nothing", &library{}, []any{nothing}, []string{pkg + "nothing (", ") returns nothing that a field could hold", "field DB: nobody provides"}},
		{"what is there already", &library{}, []any{ownLifecycle}, []string{pkg + "ownLifecycle (", ") returns a fx.Lifecycle, which is there already", "field DB: nobody provides"}},
		{"no function", &library{}, []any{7}, []string{"service.Provide: have int, want a constructor: a function that returns what fields ask for", "field DB: nobody provides"}},
		{"nil", &library{}, []any{nil}, []string{"service.Provide: have <nil>, want a constructor", "field DB: nobody provides"}},
		{"nil function", &library{}, []any{(func() *database)(nil)}, []string{"service.Provide: have func() *service_test.database, want a constructor", "field DB: nobody provides"}},
		{"annotated, missing", &library{}, []any{finderDatabase, asFinder(newCatalog), newCache, fx.Annotate(newCache, fx.ResultTags(`name:"spare"`))}, []string{
			"constructors: constructors need each other: ", "finder",
		}},
		{"annotated, error", &library{}, []any{finderDatabase, asFinder(brokenCatalog)}, []string{"constructors: constructor of service_test.finder: no disk"}},
		{"annotated, panic", &library{}, []any{finderDatabase, asFinder(panickingCatalog)}, []string{"constructors: constructor of service_test.finder: panic: \"ouch\""}},
		{"annotated, needs what nobody provides", &library{}, []any{finderDatabase, asFinder(needyCatalog)}, []string{"constructors: a constructor needs *service_test.cache, which no constructor provides"}},
		{"annotated, twice", &library{}, []any{newDatabase, fx.Annotate(brokenDatabase)}, []string{"constructors: *service_test.database is provided twice, want one constructor of it"}},
		{"annotated wrongly", &library{}, []any{newDatabase, asFinder(newCache)}, []string{"constructors: ", "*service_test.cache does not implement service_test.finder"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := tryWorld(t, tt.service, service.Provide(tt.constructors...))
			if err == nil {
				t.Fatal("New found no mistake")
			}
			wantPieces(t, err.Error(), tt.want)
			if said := strings.Contains(err.Error(), "nobody provides"); said != strings.Contains(strings.Join(tt.want, ""), "nobody provides") {
				t.Errorf("the error blames the field, too:\n%v", err)
			}
			if strings.Count(err.Error(), "panic: ") > 1 {
				t.Errorf("a constructor ran on what another should have made:\n%v", err)
			}
			for _, foreign := range []string{"makeFuncStub", "dig", "[Fx]", "could not build", "reflect.Value"} {
				if strings.Contains(err.Error(), foreign) {
					t.Errorf("the error says %q:\n%v", foreign, err)
				}
			}
		})
	}
}

func brokenCatalog() (*catalog, error)      { return nil, errNoDisk }
func panickingCatalog() *catalog            { panic("ouch") }
func needyCatalog(*cache) (*catalog, error) { return nil, nil }

// wantPieces checks that a text holds the pieces in their order.
func wantPieces(t *testing.T, text string, pieces []string) {
	t.Helper()
	rest := text
	for _, piece := range pieces {
		_, after, ok := strings.Cut(rest, piece)
		if !ok {
			t.Fatalf("error is\n%s\nwant in it, in this place,\n%s", text, piece)
		}
		rest = after
	}
}

func TestErrorOfAConstructorIsFound(t *testing.T) {
	t.Parallel()
	for _, constructors := range [][]any{{brokenDatabase}, {finderDatabase, fx.Annotate(brokenCatalog, fx.As(new(finder)))}} {
		if _, err := tryWorld(t, &library{}, service.Provide(constructors...)); !errors.Is(err, errNoDisk) {
			t.Errorf("New = %v, want %v in its chain", err, errNoDisk)
		}
	}
}

func TestHooksOfConstructorsRunAroundTheServices(t *testing.T) {
	t.Parallel()
	var w *world
	w = newWorld(t, &library{}, service.Provide(hooked(&w)))
	w.start()
	w.stop()
	w.wantHistory("start hook", "start A", "start library.Read", "stop library.Read", "stop A", "stop hook")
}

func TestFailedHookIsRolledBack(t *testing.T) {
	t.Parallel()
	var w *world
	w = newWorld(t, &library{}, service.Provide(hooked(&w)))
	w.on("start hook", failing(io.EOF))
	if err := w.app.Start(t.Context()); !errors.Is(err, io.EOF) || err.Error() != "lifecycle hook of a constructor: EOF" {
		t.Errorf("Start = %v, want the error of the hook", err)
	}
	w.wantHistory("start hook", "stop library.Read")
}

func TestHookIsStoppedAfterAFailedStart(t *testing.T) {
	t.Parallel()
	var w *world
	w = newWorld(t, &library{}, service.Provide(hooked(&w)))
	w.on("start library.Read", failing(io.EOF))
	w.on("stop hook", failing(io.ErrNoProgress))
	err := w.app.Start(t.Context())
	if !errors.Is(err, io.EOF) || !errors.Is(err, io.ErrNoProgress) {
		t.Errorf("Start = %v, want both errors", err)
	}
	w.wantHistory("start hook", "start A", "start library.Read", "stop library.Read", "stop A", "stop hook")
}
