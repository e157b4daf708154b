package entrypoint_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/enoki-go/enoki/entrypoint"
)

// Keep takes anything.
func (*door) Keep(any) {}

// keeping returns a bound call of Keep, of whose argument all that the steps lead to is
// sensitive.
func keeping(t *testing.T, in any, steps ...[]string) *entrypoint.Call {
	t.Helper()
	m, _ := reflect.TypeFor[*door]().MethodByName("Keep")
	method, err := entrypoint.NewMethod(m)
	if err != nil {
		t.Fatal(err)
	}
	method.Sensitive = []entrypoint.Sensitive{{Steps: steps}}
	c := &entrypoint.Call{Method: method, Decode: func(into []any) error { *into[0].(*any) = in; return nil }}
	if err := c.Bind(); err != nil {
		t.Fatal(err)
	}
	return c
}

// masked says of itself less than it is.
type masked string

func (masked) String() string { return "mask-mask" }

// maskedBytes are the same in bytes.
type maskedBytes []byte

func (maskedBytes) String() string { return "mask-mask" }

// level has a name.
type level int

func (level) String() string { return "level-seventy" }

// sealed is read and written by code of its own.
type sealed struct{ inner string }

func (s *sealed) UnmarshalJSON(data []byte) error { return json.Unmarshal(data, &s.inner) }

// bag is a map that messages fill in a way of its own.
type bag map[string]string

func (b *bag) UnmarshalJSON(data []byte) error { *b = bag{"word": string(data)}; return nil }

// id is text made of bytes.
type id [4]byte

func (i id) MarshalText() ([]byte, error) { return []byte("id-" + hex.EncodeToString(i[:])), nil }

func TestScrubFindsEveryFormOfAValue(t *testing.T) {
	t.Parallel()
	const word = `canary<7>"`
	data := []byte(word)
	quoted, _ := json.Marshal(word)
	for name, tt := range map[string]struct {
		in   any
		text string
	}{
		"text":              {word, word},
		"quoted":            {word, strconv.Quote(word)},
		"JSON":              {word, string(quoted)},
		"hexadecimal":       {word, fmt.Sprintf("%x", word)},
		"Stringer":          {masked(word), word + " mask-mask " + fmt.Sprintf("%q", string(masked(word)))},
		"bytes":             {data, word},
		"bytes by number":   {data, fmt.Sprintf("%v", any(data))},
		"bytes in hex":      {data, fmt.Sprintf("%x %X", data, data)},
		"bytes in JSON":     {data, base64.StdEncoding.EncodeToString(data)},
		"bytes with a name": {maskedBytes(word), word + " mask-mask"},
		"number":            {4111222233334444.0, "4111222233334444 4.111222233334444e+15"},
		"number with name":  {level(4711), "4711 level-seventy"},
		"number in JSON":    {json.RawMessage(`{"n":41112222333344445}`), "41112222333344445"},
		"message":           {json.RawMessage(`{"n":["canary-1"]}`), `{"n":["canary-1"]} canary-1`},
		"large number":      {big.NewInt(123456789), "123456789"},
		"duration":          {90 * time.Minute, "1h30m0s 5400000000000"},
		"own reader":        {&sealed{"canary-1"}, "canary-1"},
		"array with text":   {id{1, 2, 3, 4}, "id-01020304"},
		"pointer":           {new(masked), "mask-mask"},
		"number as a key":   {map[int]bool{4711: true}, "4711"},
		"address as a key":  {map[string]bool{"ann@x": true}, "ann@x"},
	} {
		have := keeping(t, tt.in).Scrub(tt.text)
		if rest := strings.NewReplacer(entrypoint.Hidden, "", `"`, "", " ", "").Replace(have); rest != "" {
			t.Errorf("%s: have %q of %q, want nothing of it", name, have, tt.text)
		}
	}
}

func TestScrubLeavesWordsAlone(t *testing.T) {
	t.Parallel()
	in := map[string]any{"password": "gold", "ok": true, "none": nil, "yes": false}
	for text, want := range map[string]string{
		"want true or false, have <nil>":     "want true or false, have <nil>",
		"the password is wrong":              "the password is wrong", // a name of a field is no secret
		"golden marigold gold, 'gold'":       "golden marigold [redacted], '[redacted]'",
		`line "\ngold" %0Agold \u003cgold`:   `line "\n[redacted]" %0A[redacted] \u003c[redacted]`,
		"gold":                               "[redacted]",
		"":                                   "",
		"id_gold, gold_id, goldgold, gold€x": "id_[redacted], [redacted]_id, goldgold, [redacted]€x",
	} {
		if have := keeping(t, in).Scrub(text); have != want {
			t.Errorf("%q: have %q, want %q", text, have, want)
		}
	}
}

func TestScrubJoinsWhatOverlaps(t *testing.T) {
	t.Parallel()
	c := keeping(t, []string{"abcdefgh", "fghijklm", "abcdefghijklmnop"})
	for text, want := range map[string]string{
		"-abcdefghijklm-":    "-[redacted]-",
		"-abcdefghijklmnop-": "-[redacted]-",
		"abcdefghabcdefgh":   "[redacted]",
		"abcdefgh fghijklm":  "[redacted] [redacted]",
	} {
		if have := c.Scrub(text); have != want {
			t.Errorf("%q: have %q, want %q", text, have, want)
		}
	}
}

// branch points back at what holds it.
type branch struct {
	Name string    `json:"name"`
	Kids []*branch `json:"kids"`
	Up   *branch   `json:"up"`
}

// loop is a pointer that leads to itself.
type loop *loop

func TestScrubEndsWhereValuesHoldThemselves(t *testing.T) {
	t.Parallel()
	tree := &branch{Name: "canary-root", Kids: []*branch{{Name: "canary-kid"}, {Name: "canary-two"}}}
	for _, kid := range tree.Kids {
		kid.Up = tree
	}
	if have := keeping(t, tree).Scrub("canary-root canary-kid canary-two oak"); have != "[redacted] [redacted] [redacted] oak" {
		t.Errorf("have %q, want the oak", have)
	}
	if have := keeping(t, tree, []string{"kids"}, []string{"name"}).Scrub("canary-root canary-kid"); have != "canary-root [redacted]" {
		t.Errorf("have %q, want the root", have)
	}
	list, table := []any{"canary-1", nil}, map[string]any{"a": "canary-1"}
	list[1], table["b"] = list, table
	if have := keeping(t, list).Scrub("canary-1 oak"); have != entrypoint.Hidden {
		t.Errorf("have %q of a list that has no end, want nothing of it", have)
	}
	if have := keeping(t, table).Scrub("canary-1 oak"); have != "[redacted] oak" {
		t.Errorf("have %q of a map in itself, want the oak", have)
	}
	var p loop
	p = &p
	if have := keeping(t, p).Scrub("oak"); have != "oak" {
		t.Errorf("have %q of a pointer to itself, want the oak", have)
	}
}

// A caller decides how many there are: they must not cost the service its time.
func TestScrubOfManyValuesIsQuick(t *testing.T) {
	t.Parallel()
	many, same := make([]string, 65_000), make([]string, 65_000)
	for i := range many {
		many[i], same[i] = fmt.Sprintf("v%06d", i), "canary-1"
	}
	began := time.Now()
	if have := keeping(t, many).Scrub("v000007 is wrong, oak"); have != entrypoint.Hidden {
		t.Errorf("have %q, want nothing of a text that may hold any of 65000 values", have)
	}
	if have := keeping(t, same).Scrub("canary-1 oak"); have != "[redacted] oak" {
		t.Errorf("have %q, want the oak: there is one value", have)
	}
	if have := keeping(t, many[:200]).Scrub(strings.Repeat("oak ", 1<<20)); have != entrypoint.Hidden {
		t.Errorf("have %d bytes, want none of a text that is too long to look through", len(have))
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("took %v, want far less", took)
	}
}

func TestScrubberKeepsWhatTheArgumentsWere(t *testing.T) {
	t.Parallel()
	in := &branch{Name: "canary-1"}
	scrub := keeping(t, in).Scrubber()
	in.Name = "other"
	if have := scrub("canary-1 ") + scrub("oak"); have != "[redacted] oak" {
		t.Errorf("have %q, want the oak", have)
	}
}

// talker panics when it is asked for its text.
type talker struct{ Word string }

func (talker) MarshalText() ([]byte, error) { panic(errors.New("mute")) }
func (talker) String() string               { panic(errors.New("mute")) }

func TestScrubSurvivesValuesThatPanic(t *testing.T) {
	t.Parallel()
	if have := keeping(t, []any{talker{"x"}, "canary-1"}).Scrub("canary-1 oak"); have != "[redacted] oak" {
		t.Errorf("have %q, want the oak", have)
	}
}

func TestValuesThatReadThemselvesAreHiddenWhole(t *testing.T) {
	t.Parallel()
	in := map[string]any{"account": struct {
		sealed

		Open string
	}{sealed{"canary-1"}, "canary-2"}, "oak": "tree"}
	c := keeping(t, in, []string{"account"}, []string{"password"})
	if have := c.Scrub("canary-1 canary-2 tree"); have != "[redacted] [redacted] tree" {
		t.Errorf("have %q, want the tree: nobody knows where in the account the password is", have)
	}
	if have := keeping(t, bag{"word": "canary-1"}, []string{"password"}).Scrub("canary-1"); have != entrypoint.Hidden {
		t.Errorf("have %q, want nothing of a map that reads itself", have)
	}
	shown := fmt.Sprint(c.Redacted())
	if strings.Contains(shown, "canary") || !strings.Contains(shown, "tree") {
		t.Errorf("have %s, want the tree alone", shown)
	}
}

func TestStepWithoutNamesLeadsThroughEveryKey(t *testing.T) {
	t.Parallel()
	in := map[string]map[string]string{"ann": {"password": "canary-1", "mail": "ann@x"}, "b.password.c": {"password": "canary-2"}}
	c := keeping(t, in, nil, []string{"password"})
	if have := c.Scrub("canary-1 canary-2 ann@x"); have != "[redacted] [redacted] ann@x" {
		t.Errorf("have %q, want the address", have)
	}
	shown := fmt.Sprint(c.Redacted())
	if strings.Contains(shown, "canary") || !strings.Contains(shown, "ann@x") {
		t.Errorf("have %s, want the address alone", shown)
	}
	for path, want := range map[string]string{
		"": "", "ann": "ann", "ann.password": "ann.password", "ann.password.x": "ann.password", "b.c.password": "b.c.password", // a key may be b.c
	} {
		if shown, hidden := c.Method.Hide(0, path); !hidden || shown != want {
			t.Errorf("Hide(%q) = %q, %v, want %q, hidden", path, shown, hidden, want)
		}
	}
}
