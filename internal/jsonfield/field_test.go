package jsonfield_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/internal/jsonfield"
)

type (
	Base   struct{ ID, Name string }
	base   struct{ ID, Note string }
	number int
	Number int
	left   struct{ Same, Only string }
	right  struct{ Same string }
	byTag  struct {
		X string `json:"Y"`
	}
	byTag2 struct {
		Z string `json:"Y"`
	}
	byName  struct{ Y int }
	viaLeft struct{ Base }
	viaBase struct{ Base }
	viaSame struct{ right }
	Selfish struct {
		*Selfish

		A bool
	}
	Ping struct {
		*Pong

		A, B bool
	}
	Pong struct {
		*Ping

		B, C bool
	}
	text struct{ T int }
	bits struct{ B int }
)

func (text) MarshalJSON() ([]byte, error) { return []byte(`"text"`), nil }
func (bits) MarshalJSON() ([]byte, error) { return []byte(`"bits"`), nil }

var cases = []struct {
	name  string
	value any // with no nil pointer that would hide fields
	want  string
}{
	{"no fields", struct{}{}, ""},
	{"names and tags", struct {
		A int
		B int `json:"b"`
		C int `json:",omitzero"`
		D int `json:"d,string"`
		E int `xml:"e"`
	}{C: 1}, "A b C d E"},
	{"nobody's fields", struct {
		a int
		B int `json:"-"`
		C int `json:"-,"` //nolint:staticcheck // SA5008: a name that encoding/json takes
	}{}, "-"},
	{"embedded struct", struct {
		Base
		Z int
	}{}, "ID Name Z"},
	{"order of fields, not of depth", struct {
		A int
		Base
		Z int
	}{}, "A ID Name Z"},
	{"embedded pointer", struct{ *Base }{new(Base)}, "ID Name"},
	{"unexported embedded struct", struct{ base }{}, "ID Note"},
	{"pointer to an unexported embedded struct", struct{ *base }{new(base)}, "ID Note"},
	{"embedded struct with a key", struct {
		Base `json:"base"`
	}{}, "base"},
	{"embedded struct with flags only", struct {
		Base `json:",omitempty"` //nolint:modernize // the flag without effect is the case
	}{}, "ID Name"},
	{"embedded struct left out", struct {
		Base `json:"-"`
		A    int
	}{}, "A"},
	{"embedded numbers", struct {
		number
		Number
	}{}, "Number"},
	{"embedded structs that write themselves", struct {
		text
		bits
	}{}, "T B"},
	{"outer field wins", struct {
		Base
		Name int
	}{}, "ID Name"},
	{"outer field wins over a tagged one", struct {
		byTag
		Y int
	}{}, "Y"},
	{"a tie leaves none", struct {
		left
		right
	}{}, "Only"},
	{"a tie of tagged ones leaves none", reflect.Zero(reflect.StructOf([]reflect.StructField{ // which go vet would not let pass
		{Name: "ByTag", Type: reflect.TypeFor[byTag](), Anonymous: true},
		{Name: "ByTag2", Type: reflect.TypeFor[byTag2](), Anonymous: true},
		{Name: "ByName", Type: reflect.TypeFor[byName](), Anonymous: true},
	})).Interface(), ""},
	{"tagged beats untagged", struct {
		byName
		byTag
	}{}, "Y"},
	{"a tie hides what is deeper", struct {
		left
		right
		viaSame
	}{}, "Only"},
	{"a field left out hides nothing", struct {
		right
		Same string `json:"-"`
	}{}, "Same"},
	{"one struct on two ways cancels out", struct {
		viaLeft
		viaBase
		Own bool
	}{}, "Own"},
	{"one struct at two depths", struct {
		viaLeft
		Base
	}{}, "ID Name"},
	{"embeds itself", Selfish{Selfish: new(Selfish)}, "A"},
	{"embeds itself by another", Ping{Pong: &Pong{Ping: new(Ping)}}, "C A B"},
}

// encoding/json itself says what is right.
func TestFieldsAreThoseOfEncodingJSON(t *testing.T) {
	t.Parallel()
	for _, tt := range cases {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			have := keys(jsonfield.Of(reflect.TypeOf(tt.value)))
			if have != tt.want {
				t.Errorf("%T: have %q, want %q", tt.value, have, tt.want)
			}
			if written := written(t, tt.value); have != written {
				t.Errorf("%T: have %q, encoding/json writes %q", tt.value, have, written)
			}
		})
	}
}

func TestFieldsThatDifferFromEncodingJSON(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		of      any
		want    string
		written string
	}{
		"an unexported embedded struct with a key": {struct {
			base `json:"base"`
		}{}, "", "base"},
		"a key that encoding/json refuses": {struct {
			A int `json:"a\\b"` //nolint:staticcheck // SA5008: the key is the case
		}{}, `a\b`, "A"},
	} {
		if have := keys(jsonfield.Of(reflect.TypeOf(tt.of))); have != tt.want {
			t.Errorf("%s: have %q, want %q", name, have, tt.want)
		}
		if have := written(t, tt.of); have != tt.written {
			t.Errorf("%s: encoding/json writes %q, want %q: the comment of Of is out of date", name, have, tt.written)
		}
	}
}

func TestFieldSaysWhereItIsAndWhatItsTagSays(t *testing.T) {
	t.Parallel()
	type in struct {
		A int
		*viaLeft
		B int `json:"b,omitempty,string"`
	}
	have := jsonfield.Of(reflect.TypeFor[in]())
	if keys(have) != "A ID Name b" {
		t.Fatalf("have %q", keys(have))
	}
	var index [][]int
	for _, f := range have {
		index = append(index, f.Index)
	}
	if diff := cmp.Diff([][]int{{0}, {1, 0, 0}, {1, 0, 1}, {2}}, index); diff != "" {
		t.Error(diff)
	}
	a, b := have[0], have[3]
	if a.Tagged || a.Has("omitempty") || a.Has("string") {
		t.Errorf("have %+v, want no tag", a)
	}
	if !b.Tagged || !b.Has("omitempty") || !b.Has("string") || b.Has("omitzero") || b.Has("b") {
		t.Errorf("have %+v, want the key b and flags omitempty and string", b)
	}
}

func TestWalkKeepsWhatIsIgnoredOrHidden(t *testing.T) {
	t.Parallel()
	type in struct {
		left
		right
		Same string `json:"-"`
		none int    //nolint:unused // what the case is about
	}
	have := jsonfield.Walk(reflect.TypeFor[in](), func(reflect.StructField) bool { return false })
	if want := "Same Only Same -"; keys(have) != want {
		t.Fatalf("have %q, want %q", keys(have), want)
	}
	for i, f := range have {
		if f.Ignored() != (i == 3) {
			t.Errorf("field %d: have ignored %t", i, f.Ignored())
		}
	}
}

func TestWalkKeepsEmbeddedStructsThatAreWhole(t *testing.T) {
	t.Parallel()
	type in struct {
		Base
		*base `whole:""`
		viaLeft
		Number
		Selfish `json:"s"`
		A       Base
	}
	var asked []string
	have := jsonfield.Walk(reflect.TypeFor[in](), func(sf reflect.StructField) bool {
		asked = append(asked, sf.Name)
		_, tagged := sf.Tag.Lookup("whole")
		return tagged || len(sf.Index) > 1
	})
	if want := "ID Name Base Number s A"; keys(have) != want {
		t.Errorf("have %q, want %q", keys(have), want)
	}
	if want := []string{"Base", "base", "viaLeft", "Base"}; !slices.Equal(asked, want) {
		t.Errorf("asked of %q, want %q", asked, want)
	}
}

func keys(fields []jsonfield.Field) string {
	all := make([]string, len(fields))
	for i, f := range fields {
		all[i] = f.Key
	}
	return strings.Join(all, " ")
}

// written returns the keys of v as encoding/json writes it, in their order.
func written(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	dec := json.NewDecoder(strings.NewReader(string(text)))
	if _, err := dec.Token(); err != nil {
		t.Fatal(err)
	}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			t.Fatal(err)
		}
		var skipped json.RawMessage
		if err := dec.Decode(&skipped); err != nil {
			t.Fatal(err)
		}
		all = append(all, key.(string))
	}
	return strings.Join(all, " ")
}
