package marker_test

import (
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/internal/marker"
	"github.com/enoki-go/enoki/tag"
)

func parsed(t *testing.T, text string) tag.Tag {
	t.Helper()
	p, err := tag.Parse(reflect.StructTag(text))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestMethodIsNamedByTheTagOrTheExpression(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, tag, bound, want, err string }{
		{"marker", `method:"Create"`, "", "Create", ""},
		{"binding", `args:"a"`, "Create", "Create", ""},
		{"both, the same", `method:"Create"`, "Create", "Create", ""},
		{"both", `method:"Create"`, "Drop", "", `the tag names the method "Create", the method expression is "Drop"; leave the tag key out`},
		{"none", `args:"a"`, "", "", "the tag has no key \"method\"; want `method:\"Name\"`, the Go name of a method of *Orders"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			have, err := marker.Method(parsed(t, tt.tag), tt.bound, "Orders")
			if have != tt.want || text(err) != tt.err {
				t.Errorf("%s: have %q, %v, want %q, %s", tt.tag, have, err, tt.want, tt.err)
			}
		})
	}
}

func TestWorkersAreAtLeastOne(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		tag  string
		want int
		err  string
	}{
		{`method:"Create"`, 0, ""},
		{`workers:"4"`, 4, ""},
		{`workers:"0"`, 0, `tag key workers: have "0", want at least 1`},
		{`workers:"few"`, 0, `tag workers:"few": want a whole number from 0 to 9223372036854775807`},
	} {
		have, err := marker.Workers(parsed(t, tt.tag))
		if have != tt.want || text(err) != tt.err {
			t.Errorf("%s: have %d, %v, want %d, %s", tt.tag, have, err, tt.want, tt.err)
		}
	}
}

func TestKindGetsTheKeysThatAreNotTheContainers(t *testing.T) {
	t.Parallel()
	have := marker.Rest(parsed(t, `method:"Create" every:"1m" workers:"1" sensitive:"*" args:"a"`))
	if want := reflect.StructTag(`every:"1m" args:"a"`); have != want {
		t.Errorf("have %s, want %s", have, want)
	}
}

func TestNameIsReadOverWhatHoldsWithoutIt(t *testing.T) {
	t.Parallel()
	without := marker.Name{Name: "orders", Version: "0.0.0"}
	for _, tt := range []struct {
		tag  string
		want marker.Name
		err  string
	}{
		{``, without, ""},
		{`name:"shop"`, marker.Name{Name: "shop", Version: "0.0.0"}, ""},
		{`name:"shop" version:"1"`, marker.Name{Name: "shop", Version: "1"}, `service version: have "1", want a semantic version such as 1.2.0`},
	} {
		have, err := marker.ReadName(reflect.StructTag(tt.tag), without)
		if diff := cmp.Diff(tt.want, have); diff != "" || text(err) != tt.err {
			t.Errorf("%s: have %v, want %s; (-want +have)\n%s", tt.tag, err, tt.err, diff)
		}
	}
}

type desk struct{}

func (*desk) Sign(_, _ string) {}

func TestSensitiveArgumentsAreFoundByTheNamesOfArgs(t *testing.T) {
	t.Parallel()
	sign, _ := reflect.TypeFor[*desk]().MethodByName("Sign")
	m, err := entrypoint.NewMethod(sign)
	if err != nil {
		t.Fatal(err)
	}
	err = marker.MarkSensitive(parsed(t, `args:"name, word" sensitive:"word,wrd"`), m)
	if diff := cmp.Diff([]string{"word"}, m.SensitivePaths()); diff != "" {
		t.Errorf("-want +have\n%s", diff)
	}
	want := `tag key sensitive: have "wrd", want the name of a parameter, or a path that begins with one, as in "user.password"; did you mean "word"?`
	if text(err) != want {
		t.Errorf("have %v, want %s", err, want)
	}
}

func TestMissingMethodIsNamedWithTheNearest(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Helo":  `no method Helo on *Greeter; did you mean "Hello"?`,
		"Xyzzy": "no method Xyzzy on *Greeter; its exported methods are Bye, Hello",
	} {
		if have := marker.NoMethod(name, "Greeter", []string{"Hello", "Bye"}).Error(); have != want {
			t.Errorf("have %s, want %s", have, want)
		}
	}
}
