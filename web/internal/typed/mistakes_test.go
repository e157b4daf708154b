package typed_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/enoki-go/enoki/web/internal/typed"
)

func TestMistakesAreSaidWithWhatMendsThem(t *testing.T) {
	t.Parallel()
	type foreign struct {
		ID string `path:"idd"`
	}
	type both struct {
		ID string `path:"id" query:"id"`
	}
	type twoBodies struct {
		A []byte   `body:""`
		B []string `body:""`
	}
	type bodyAndMember struct {
		A []byte `body:""`
		B string
	}
	type getBody struct {
		A item `body:""`
	}
	type unnamed struct {
		A string `query:""`
	}
	type composite struct {
		A item `query:"a"`
	}
	type preset struct {
		A int `query:"a" default:"x"`
	}
	type low struct {
		A int `query:"a" default:"1" minimum:"2"`
	}
	type badTag struct {
		A int `json:"a" minimum:"x"`
	}
	type badPattern struct {
		A string `json:"a" pattern:"("`
	}
	type channel struct {
		Deep []struct{ C chan int }
	}
	type list struct {
		A []struct {
			B int `default:"1"`
		}
	}
	type comparedLists struct {
		A [][]int `uniqueItems:"true"`
	}
	type presetTime struct {
		A time.Time `json:"a" default:"2026-01-02T03:04:05Z"`
	}
	type through struct {
		*other
	}
	type deeper struct {
		In through
	}
	for _, tt := range []struct {
		name string
		m    typed.Method
		want string
	}{
		{"path tag", route("GET /x/{id}", of[foreign]()), `field ID: have tag path:"idd", want a wildcard of the route, and the route has id`},
		{"two tags", route("GET /x/{id}", of[both]()), "field ID: have tags path and query, want one of them"},
		{"two bodies", route("POST /x", of[twoBodies]()), "fields A, B: have 2 with tag body, want one"},
		{"body and member", route("POST /x", of[bodyAndMember]()), "field A takes the whole body, so nothing is left for B"},
		{"body of GET", route("GET /x", of[getBody]()), "field A: have tag body, but GET requests carry none"},
		{"empty tag", route("GET /x", of[unnamed]()), `field A: have tag query:"", want the name in the query`},
		{"no text", route("GET /x", of[composite]()), "A: have type typed_test.item, which cannot be read from the text of a query value"},
		{"default", route("GET /x", of[preset]()), `field A: tag default:"x": have "x", want a whole number`},
		{"default beyond limits", route("GET /x", of[low]()), `field A: tag default:"1": have 1, want at least 2`},
		{"tag of huma", route("POST /x", of[badTag]()), "invalid float tag 'minimum'"},
		{"pattern", route("POST /x", of[badPattern]()), "missing closing )"},
		{"no JSON", route("POST /x", of[channel]()), "typed_test.channel.Deep[].C: have chan int, want a type that JSON can carry"},
		{"default in a list", route("POST /x", of[list]()), "field A.B: have tag default behind a pointer, list or map"},
		{"default of a text", route("POST /x", of[presetTime]()), "unable to convert"},
		{"compared lists", route("POST /x", of[comparedLists]()), `A: have tag uniqueItems:"true" on a list of objects or lists`},
		{"wildcard", route("GET /x/{id}"), "have wildcard {id} that no parameter takes"},
		{"wildcard beside fields", route("GET /x/{id}", of[unnamedFree]()), "have wildcard {id} that no parameter takes"},
		{"names", named(route("GET /x", of[int]()), "a", "b"), "have 2 names (a, b) for 1 parameters"},
		{"names twice", named(route("GET /x", of[int](), of[int]()), "a", "a"), `have the name "a" twice`},
		{"no names", route("POST /x", of[int](), of[int]()), "have 2 parameters without names"},
		{"body of DELETE", route("DELETE /x", of[int]()), "have one parameter of type int without a name, and DELETE requests carry no body"},
		{"func", route("POST /x", of[func()]()), "func(): have func(), want a type that JSON can carry"},
		{"embedded pointer", route("POST /x", of[through]()), "field Same: have embedded pointer *other, which is not exported"},
		{"embedded pointer inside", route("POST /x", of[deeper]()), "have embedded pointer *other, which is not exported"},
		{"map key", route("POST /x", of[map[unnamedFree]int]()), "have map key typed_test.unnamedFree"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			wantMistakes(t, tt.m, tt.want, tt.m.Path+" of Do: ")
		})
	}
}

type unnamedFree struct {
	A string `query:"a"`
}

func TestResultThatJSONCannotCarryIsAMistake(t *testing.T) {
	t.Parallel()
	m := route("GET /x")
	m.Out = types(of[chan int](), of[http.Header]())
	wantMistakes(t, m, "result: chan int: have chan int")
}

func TestAllMistakesAreSaidAtOnce(t *testing.T) {
	t.Parallel()
	type many struct {
		A string `path:"a"`
		B string `path:"b"`
		C item   `query:"c"`
	}
	wantMistakes(t, route("GET /x", of[many]()), "field A: ", "field B: ", "\nC: ", "the route has none")
}
