package entrypoint_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/entrypoint"
)

// login is what Enter takes besides a pin.
type login struct {
	User   string            `json:"user"`
	Word   string            `json:"password"`
	Cards  []payCard         `json:"cards"`
	Extra  map[string]string `json:"extra"`
	Since  time.Time         `json:"since"`
	Photo  []byte            `json:"photo"`
	Any    any               `json:"any"`
	hidden string
}

type payCard struct {
	Number int64 `json:"number"`
	Year   int   `json:"year"`
}

// door has the method of these tests.
type door struct{}

func (*door) Enter(login, string) {}

// enter returns a call of Enter with arguments, of which paths are sensitive.
func enter(t *testing.T, in login, pin string, places ...entrypoint.Sensitive) *entrypoint.Call {
	t.Helper()
	m, _ := reflect.TypeFor[*door]().MethodByName("Enter")
	method, err := entrypoint.NewMethod(m)
	if err != nil {
		t.Fatal(err)
	}
	method.Params, method.Sensitive = []string{"login", "pin"}, places
	return &entrypoint.Call{Method: method, Decode: func(into []any) error {
		*into[0].(*login), *into[1].(*string) = in, pin
		return nil
	}}
}

// place leads to a field of the first parameter.
func place(path string) entrypoint.Sensitive {
	s := entrypoint.Sensitive{Path: "login." + path}
	for word := range strings.SplitSeq(path, ".") {
		s.Steps = append(s.Steps, []string{word})
	}
	return s
}

func TestHideKnowsWhatIsSensitive(t *testing.T) {
	t.Parallel()
	m := enter(t, login{}, "", place("cards.number"), entrypoint.Sensitive{Path: "pin", Param: 1}).Method
	for _, tt := range []struct {
		param       int
		path, shown string
		hidden      bool
	}{
		{0, "cards[2].number", "cards[2].number", true},
		{0, "CARDS[2].Number", "CARDS[2].Number", true},
		{0, "cards.number.4111[0]", "cards.number", true},
		{0, "cards", "cards", true}, // it holds them
		{0, "", "", true},
		{0, "cards[0].year", "cards[0].year", false},
		{0, "user", "user", false},
		{1, "", "", true},
		{1, "7.x", "", true},
		{2, "", "", false},
		{-1, "", "", true},
	} {
		if shown, hidden := m.Hide(tt.param, tt.path); shown != tt.shown || hidden != tt.hidden {
			t.Errorf("Hide(%d, %q) = %q, %v, want %q, %v", tt.param, tt.path, shown, hidden, tt.shown, tt.hidden)
		}
	}
	for path, want := range map[string]string{"login.cards[1].number": "", "pin": "", "pin.77": "pin", "": "", "login.user": "-", "other": "-"} {
		shown, hidden := m.HideNamed(path)
		if want == "" {
			want = path
		}
		if want == "-" && (hidden || shown != path) || want != "-" && (!hidden || shown != want) {
			t.Errorf("HideNamed(%q) = %q, %v, want %q", path, shown, hidden, want)
		}
	}
}

func TestRedactedShowsArgumentsForLogs(t *testing.T) {
	t.Parallel()
	in := login{
		User: strings.Repeat("ü", 150), Word: "hunter2", Cards: []payCard{{4111, 30}, {4222, 31}}, Extra: map[string]string{"a": "b"},
		Since: time.Unix(0, 0).UTC(), Photo: []byte("xyz"), Any: map[string]any{"k": []any{1.5}}, hidden: "x",
	}
	c := enter(t, in, "7777", place("password"), place("cards.number"), place("extra"), entrypoint.Sensitive{Path: "pin", Param: 1})
	want := map[string]any{
		"pin": "[redacted]",
		"login": map[string]any{
			"user": strings.Repeat("ü", 100) + "…", "password": "[redacted]", "extra": "[redacted]",
			"cards": []any{map[string]any{"number": "[redacted]", "year": 30}, map[string]any{"number": "[redacted]", "year": 31}},
			"since": "1970-01-01T00:00:00Z", "photo": "(3 bytes)", "any": map[string]any{"k": []any{1.5}},
		},
	}
	if diff := cmp.Diff(want, c.Redacted()); diff != "" {
		t.Errorf("arguments (-want +have):\n%s", diff)
	}
}

// machine is no data: nothing is said of what is in it.
type machine struct {
	Run  func()
	Word string
}

// open takes what has no names.
func (*door) Open(*machine, []int, *string) {}

func TestRedactedNamesByPositionAndCutsWhatIsLong(t *testing.T) {
	t.Parallel()
	m, _ := reflect.TypeFor[*door]().MethodByName("Open")
	method, err := entrypoint.NewMethod(m)
	if err != nil {
		t.Fatal(err)
	}
	c := &entrypoint.Call{Method: method, Decode: func(into []any) error {
		*into[0].(**machine), *into[1].(*[]int) = &machine{Word: "hunter2"}, make([]int, 23)
		return nil
	}}
	have := c.Redacted()
	list, _ := have["2"].([]any)
	if have["1"] != "a entrypoint_test.machine" || len(list) != 21 || list[20] != "(3 more)" || have["3"] != nil {
		t.Errorf("have %v, want what is no data by its type, 20 elements, and nil", have)
	}
}

// raw is a message as it came.
type raw []byte

func (r raw) JSON() ([]byte, error) { return r, nil }

func (*door) Throw(raw) {}

func TestScrubTakesSensitiveValuesOutOfText(t *testing.T) {
	t.Parallel()
	in := login{User: "user", Word: `p"w d/1`, Cards: []payCard{{4111222233334444, 30}}, Extra: map[string]string{"door": "sesame"}, Any: map[string]any{"x": "deep-one"}}
	c := enter(t, in, "123", place("password"), place("cards.number"), place("extra"), place("any.x"), entrypoint.Sensitive{Path: "pin", Param: 1})
	text := `p"w d/1 "p\"w d/1" p%22w+d%2F1 p%22w%20d%2F1 4111222233334444 sesame door deep-one user 30 123`
	if have := c.Scrub(text); have != text {
		t.Errorf("have %q before the arguments were read, want the text", have)
	}
	if err := c.Bind(); err != nil {
		t.Fatal(err)
	}
	want := `[redacted] "[redacted]" [redacted] [redacted] [redacted] [redacted] door [redacted] user 30 123`
	if have := c.Scrub(text); have != want {
		t.Errorf("have %q\nwant %q (what is short would be in too many words)", have, want)
	}
}

func TestScrubReadsMessagesThatAreArguments(t *testing.T) {
	t.Parallel()
	m, _ := reflect.TypeFor[*door]().MethodByName("Throw")
	method, err := entrypoint.NewMethod(m)
	if err != nil {
		t.Fatal(err)
	}
	method.Sensitive = []entrypoint.Sensitive{{Steps: [][]string{{"card"}}}}
	c := &entrypoint.Call{Method: method, Decode: func(into []any) error {
		*into[0].(*raw) = raw(`{"card":"hunter2","shop":"corner"}`)
		return nil
	}}
	if have := c.Redacted()["1"]; have != entrypoint.Hidden {
		t.Errorf("have %v, want nothing of a message that holds what is sensitive", have)
	}
	if have := c.Scrub("hunter2 of corner"); have != "[redacted] of corner" {
		t.Errorf("have %q, want the shop", have)
	}
}
