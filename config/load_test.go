package config_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/config"
)

func write(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func everything(t *testing.T, c *config.Config) map[string]any {
	t.Helper()
	return section(t, c, "", map[string]any{})
}

func TestLaterFilesAreMergedDeeplyOverEarlierOnes(t *testing.T) {
	t.Parallel()
	first := write(t, "a.yml", "a: {x: 1, y: {z: 1, w: 1}, l: [1, 2]}\nb: 1\nc: 1\nd: {e: 1}\n")
	second := write(t, "b.yml", "a: {y: {z: 2}, l: [3]}\nb: {n: 2}\nc:\nd: 2\n")
	c, err := config.Load(config.File(first), config.File(second))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"a": map[string]any{"x": 1, "y": map[string]any{"z": 2, "w": 1}, "l": []any{3}},
		"b": map[string]any{"n": 2}, "c": nil, "d": 2,
	}
	if diff := cmp.Diff(want, everything(t, c)); diff != "" {
		t.Errorf("merged (-want +have):\n%s", diff)
	}
}

func TestDefineWinsOverFilesWhereverItStands(t *testing.T) {
	t.Parallel()
	c, err := config.Load(
		config.Define("a.b=[1, two]"), config.Text("c.yml", "a: {b: 0, c: 1}"),
		config.Define("a.d=early"), config.Define("a.d=${X:late}"), config.Define("e="), config.Define("f=x=y"),
	)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"a": map[string]any{"b": []any{1, "two"}, "c": 1, "d": "late"}, "e": nil, "f": "x=y"}
	if diff := cmp.Diff(want, everything(t, c)); diff != "" {
		t.Errorf("defined (-want +have):\n%s", diff)
	}
}

func TestDefineSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, define, want string }{
		{"no assignment", "a.b", "--define a.b: have no =, want KEY=VALUE"},
		{"empty key", "a..b=1", "--define a..b: have an empty key, want keys joined by dots such as broker.url"},
		{"not YAML", "a=[1", "--define a:1:1: read as YAML: did not find expected ',' or ']'"},
		{"comment", "password=se #cret", "--define password:1:1: have a comment, an anchor or folded lines, want one YAML value; quote it to take it as text"},
		{"unset variable", "a=${NOPE}", "--define a:1:1: environment variable NOPE is not set, set it or write ${NOPE:default}"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := tryLoad("", nil, config.Define(tt.define))
			wantError(t, err, tt.want)
		})
	}
}

func TestDefinedValueHasAPosition(t *testing.T) {
	t.Parallel()
	c := load(t, "", nil, config.Define("b.max_bytes=ten"), config.Define("b.nope=1"))
	err := c.Section("b", &limits{})
	wantError(t, err, "--define b.max_bytes:1:1: b.max_bytes: have \"ten\", want a whole number\n"+
		"--define b.nope:1:1: b: have key \"nope\", want one of max_bytes, drain")
}

func TestSourcesThatSayNothingAreEmpty(t *testing.T) {
	t.Parallel()
	for _, content := range []string{"", "\n\n", "# only\n# comments\n", "---\n", "~", "null", "{}", "\ufeff"} {
		if have := everything(t, load(t, content, nil)); len(have) != 0 {
			t.Errorf("%q: have %v, want nothing", content, have)
		}
	}
}

func TestLoadSaysWhatIsWrongWithASource(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, content, want string }{
		{"list at the top", "# c\n- a", "c.yml:2:1: have a list or a scalar, want a map of sections at the top level"},
		{"scalar at the top", "text", "c.yml:1:1: have a list or a scalar, want a map of sections at the top level"},
		{"duplicate key", "a: 1\nb: 2\na: 3", `c.yml:3:1: have key "a" again, it is already at c.yml:1:1; want it once`},
		{"duplicate nested key", "a: {b: 1, b: 2}", `c.yml:1:11: have key "b" again, it is already at c.yml:1:5; want it once`},
		{"list as key", "? [a]\n: 1", "c.yml:1:3: have a list or a map as key, want text"},
		{"unknown tag", "a: !secret b", "c.yml:1:4: have tag !secret, want none or one of !env_var, !raw_env_var, !!str, !!int, !!float, !!bool, !!null, !!timestamp, !!binary, !!merge"},
		{"tag that lies", "a: !!int b", "c.yml:1:4: have a scalar that is no !!int, want one or another tag"},
		{"second document", "a: 1\n---\nb: 2", "c.yml:2:1: have a second document, want one in each file"},
		{"bad second document", "a: 1\n---\n[", "c.yml:3:1: read as YAML: did not find expected node content"},
		{"anchor in itself", "a: &a [*a]", "c.yml:1:8: anchor a contains itself"},
		{"merge in itself", "a: &a\n  <<: *a", "c.yml:2:7: anchor a contains itself"},
		{"unknown anchor", "a: *b", "c.yml:1:1: read as YAML: unknown anchor 'b' referenced"},
		{"merge of a scalar", "a: &a 1\nb: {<<: *a}", "c.yml:2:9: have 1 to merge, want a map or a list of maps"},
		{"tab", "a:\n\tb: 1", "c.yml:2:2: read as YAML: found character that cannot start any token"},
		{"not UTF-8", "a: \xff", "c.yml:1:1: read as YAML: invalid leading UTF-8 octet"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := tryLoad(tt.content, nil)
			wantError(t, err, tt.want)
		})
	}
}

func TestAllMistakesOfAllSourcesAreReportedAtOnce(t *testing.T) {
	t.Parallel()
	_, err := tryLoad("a: ${A}\nb: 1\nb: 2", nil,
		config.Text("d.yml", "- 1"), config.File("/no/such.yml"), config.Define("x"))
	if err == nil {
		t.Fatal("have no error, want five")
	}
	for _, want := range []string{"c.yml:1:4: ", "c.yml:3:1: ", "d.yml:1:1: ", "/no/such.yml", "--define x: "} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("have %v, want also %q", err, want)
		}
	}
}

func TestAnchorsAndMergeKeysAreFollowed(t *testing.T) {
	t.Parallel()
	c := load(t, `
base: &base {x: 1, y: &y [1, "${N:2}"]}
more: &more {y: other, z: 3}
one: {<<: *base, x: own}
two: {<<: [*base, *more], "<<": text}
three: *y
`, nil)
	list := []any{1, "2"}
	want := map[string]any{
		"base":  map[string]any{"x": 1, "y": list},
		"more":  map[string]any{"y": "other", "z": 3},
		"one":   map[string]any{"x": "own", "y": list},
		"two":   map[string]any{"x": 1, "y": list, "z": 3, "<<": "text"},
		"three": list,
	}
	if diff := cmp.Diff(want, everything(t, c)); diff != "" {
		t.Errorf("aliases (-want +have):\n%s", diff)
	}
}

func TestAnchoredKeyCanBeAliased(t *testing.T) {
	t.Parallel()
	want := map[string]any{"name": 1, "b": map[string]any{"name": "name"}}
	if diff := cmp.Diff(want, everything(t, load(t, "&n name: 1\nb: {*n : *n}", nil))); diff != "" {
		t.Errorf("aliased key (-want +have):\n%s", diff)
	}
}

func TestAliasBombIsRefused(t *testing.T) {
	t.Parallel()
	var bomb strings.Builder
	bomb.WriteString("a: &a [x, x, x, x, x, x, x, x, x, x]\n")
	for c := 'b'; c <= 'j'; c++ {
		tenfold := strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*%c, ", c-1), 10), ", ")
		fmt.Fprintf(&bomb, "%c: &%c [%s]\n", c, c, tenfold)
	}
	_, err := tryLoad(bomb.String(), nil)
	wantError(t, err, "c.yml:5:36: aliases stand for more than 100000 values up to here, want fewer")
}

func TestManyMergesOfOneBigMapAreRefused(t *testing.T) {
	t.Parallel()
	var content strings.Builder
	content.WriteString("base: &b {")
	for i := range 1000 {
		fmt.Fprintf(&content, "k%d: 1, ", i)
	}
	content.WriteString("}\n")
	for i := range 1000 {
		fmt.Fprintf(&content, "m%d: {<<: *b}\n", i)
	}
	_, err := tryLoad(content.String(), nil)
	if err == nil || !strings.Contains(err.Error(), "aliases stand for more than") {
		t.Errorf("have %v, want the limit on aliases", err)
	}
}

func TestUnreadableFilesAreNamed(t *testing.T) {
	t.Parallel()
	_, err := config.Load(config.File("/no/such.yml"))
	wantError(t, err, "read configuration: open /no/such.yml: no such file or directory")
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("have %v, want fs.ErrNotExist inside", err)
	}
	dir := t.TempDir()
	_, err = config.Load(config.File(dir))
	wantError(t, err, "read configuration: "+dir+": have a directory, want a YAML file")
}

func TestSourcesAreLimitedTo4MiB(t *testing.T) {
	t.Parallel()
	const limit = 4 << 20
	fits := "a: " + strings.Repeat("x", limit-3)
	if have := section(t, load(t, fits, nil), "a", ""); len(have) != limit-3 {
		t.Errorf("have %d bytes, want %d", len(have), limit-3)
	}
	path := write(t, "huge.yml", fits+"x")
	_, err := config.Load(config.File(path))
	wantError(t, err, path+": have more than 4 MiB, want at most that")
}
