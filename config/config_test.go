package config_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/config"
)

// load reads content as c.yml with the environment env.
func load(t *testing.T, content string, env map[string]string, opts ...config.Option) *config.Config {
	t.Helper()
	c, err := tryLoad(content, env, opts...)
	if err != nil {
		t.Fatalf("load %q: %v", content, err)
	}
	return c
}

func tryLoad(content string, env map[string]string, opts ...config.Option) (*config.Config, error) {
	lookup := func(name string) (string, bool) { value, ok := env[name]; return value, ok }
	return config.Load(append([]config.Option{config.Text("c.yml", content), config.Environ(lookup)}, opts...)...)
}

func section[T any](t *testing.T, c *config.Config, path string, defaults T) T {
	t.Helper()
	if err := c.Section(path, &defaults); err != nil {
		t.Fatalf("section %q: %v", path, err)
	}
	return defaults
}

func wantError(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil {
		t.Fatalf("have no error, want %q", want)
	}
	if diff := cmp.Diff(want, err.Error()); diff != "" {
		t.Errorf("error (-want +have):\n%s", diff)
	}
}

type limits struct {
	MaxBytes int
	Drain    time.Duration
}

type common struct{ Name string }

type broker struct {
	common

	URL      string `yaml:"address"`
	Workers  int8
	Rate     float64
	Verbose  bool
	Tags     []string
	Pair     [2]int
	Limits   limits
	Extra    *limits
	Labels   map[string]limits
	Anything any
	Skipped  string `yaml:"-"`
	Room     uint16
	Level    level
}

// level reads itself from a word.
type level int

func (l *level) UnmarshalText(text []byte) error {
	if string(text) != "high" {
		return errLevel
	}
	*l = 3
	return nil
}

type levelError string

func (e levelError) Error() string { return string(e) }

const errLevel = levelError("levels are high")

func TestSectionFillsEveryKindOfField(t *testing.T) {
	t.Parallel()
	c := load(t, `
broker:
  name: main
  address: nats://bus
  workers: -7
  rate: 2
  verbose: true
  tags: [a, 1]
  pair: [1, 2]
  limits: {max_bytes: 65536, drain: 1m30s}
  extra: {drain: 1s}
  labels: {x: {max_bytes: 3}}
  anything: {a: [1, 2.5, true, null, text]}
  room: 0x10
  level: high
`, nil)
	have := section(t, c, "broker", broker{})
	want := broker{
		common: common{Name: "main"}, URL: "nats://bus", Workers: -7, Rate: 2, Verbose: true,
		Tags: []string{"a", "1"}, Pair: [2]int{1, 2}, Limits: limits{65536, 90 * time.Second},
		Extra: &limits{Drain: time.Second}, Labels: map[string]limits{"x": {MaxBytes: 3}},
		Anything: map[string]any{"a": []any{1, 2.5, true, nil, "text"}}, Room: 16, Level: 3,
	}
	if diff := cmp.Diff(want, have, cmp.AllowUnexported(broker{})); diff != "" {
		t.Errorf("section (-want +have):\n%s", diff)
	}
}

func TestAbsentAndNullKeysKeepDefaults(t *testing.T) {
	t.Parallel()
	c := load(t, "broker:\n  address:\n  limits: {drain: 1s}\n  labels: {x: {drain: 2s}}\n  tags: [new]\n", nil)
	defaults := broker{
		URL: "nats://default", Workers: 3, Limits: limits{MaxBytes: 9}, Tags: []string{"old", "older"},
		Labels: map[string]limits{"x": {MaxBytes: 1}, "y": {MaxBytes: 2}},
	}
	have := section(t, c, "broker", defaults)
	want := defaults
	want.Limits.Drain, want.Tags = time.Second, []string{"new"}
	want.Labels = map[string]limits{"x": {1, 2 * time.Second}, "y": {MaxBytes: 2}}
	if diff := cmp.Diff(want, have, cmp.AllowUnexported(broker{})); diff != "" {
		t.Errorf("section (-want +have):\n%s", diff)
	}
}

func TestSharedDefaultsAreCopiedBeforeTheyChange(t *testing.T) {
	t.Parallel()
	shared := broker{Extra: &limits{MaxBytes: 1, Drain: 1}, Labels: map[string]limits{"x": {MaxBytes: 1}}}
	c := load(t, "broker: {extra: {max_bytes: 2}, labels: {x: {max_bytes: 2}}}", nil)
	if have := section(t, c, "broker", shared); have.Extra.MaxBytes != 2 || have.Extra.Drain != 1 {
		t.Errorf("have %+v, want the default laid under", have.Extra)
	}
	if shared.Extra.MaxBytes != 1 || shared.Labels["x"].MaxBytes != 1 {
		t.Errorf("have changed defaults %+v %+v, want 1 and 1", shared.Extra, shared.Labels)
	}
}

func TestMissingSectionLeavesDefaults(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]*config.Config{
		"empty": config.Empty(), "zero": {}, "other": load(t, "other: 1", nil), "null": load(t, "a:", nil),
	} {
		if have := section(t, c, "a.b", 5); have != 5 {
			t.Errorf("%s: have %d, want the default 5", name, have)
		}
	}
}

func TestSectionDecodesIntoMapsListsAndScalars(t *testing.T) {
	t.Parallel()
	c := load(t, "REDIS_URIS: {dev: redis://dev, 2: b}\nports: {80: http}\nhosts: [a, b]\nn: 7\nt: 2026-01-02", nil)
	if diff := cmp.Diff(map[string]string{"dev": "redis://dev", "2": "b"}, section(t, c, "REDIS_URIS", map[string]string(nil))); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[int]string{80: "http"}, section(t, c, "ports", map[int]string(nil))); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"a", "b"}, section(t, c, "hosts", []string{"default"})); diff != "" {
		t.Error(diff)
	}
	if have := section(t, c, "n", 0); have != 7 {
		t.Errorf("have %d, want 7", have)
	}
	if have := section(t, c, "t", time.Time{}); have.Day() != 2 {
		t.Errorf("have %v, want 2026-01-02", have)
	}
	if have := section(t, c, "REDIS_URIS.dev", ""); have != "redis://dev" {
		t.Errorf("have %q, want the scalar at the dotted path", have)
	}
	if have := section(t, c, "", map[string]any{}); len(have) != 5 {
		t.Errorf("have %v, want the whole configuration", have)
	}
}

func TestUnusedNamesTheKeysNobodyAskedFor(t *testing.T) {
	t.Parallel()
	c := load(t, "broker: {}\nwrkers: 3\nzzz: 1\n", nil)
	section(t, c, "broker.tls", limits{})
	section(t, c, "workers", 0)
	want := []config.Unused{
		{Key: "wrkers", At: config.Position{File: "c.yml", Line: 2, Column: 1}, Nearest: "workers"},
		{Key: "zzz", At: config.Position{File: "c.yml", Line: 3, Column: 1}},
	}
	if diff := cmp.Diff(want, c.Unused()); diff != "" {
		t.Errorf("unused (-want +have):\n%s", diff)
	}
	section(t, c, "", map[string]any{})
	if have := c.Unused(); have != nil {
		t.Errorf("have %v after asking for everything, want none", have)
	}
}

func TestConfigServesSeveralGoroutines(t *testing.T) {
	t.Parallel()
	c := load(t, "a: 1\nb: 2", nil)
	done := make(chan struct{})
	go func() { // waited for below
		defer close(done)
		for range 100 {
			c.Unused()
		}
	}()
	for range 100 {
		section(t, c, "a", 0)
	}
	<-done
	if have := c.Unused(); len(have) != 1 || have[0].Key != "b" {
		t.Errorf("have %v, want b alone", have)
	}
}

func TestConfigurationAboveAnotherWins(t *testing.T) {
	t.Parallel()
	load := func(text string) *config.Config {
		c, err := config.Load(config.Text("c.yml", text))
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	for _, tt := range []struct {
		name         string
		above, below *config.Config
		want         map[string]any
	}{
		{"both say something", load("a: {x: 1}"), load("a: {x: 2, y: 3}\nb: 4"), map[string]any{"a": map[string]any{"x": 1, "y": 3}, "b": 4}},
		{"nothing above", config.Empty(), load("b: 4"), map[string]any{"b": 4}},
		{"nothing below", load("b: 4"), config.Empty(), map[string]any{"b": 4}},
		{"no configuration below", load("b: 4"), nil, map[string]any{"b": 4}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var have map[string]any
			if err := tt.above.Above(tt.below).Section("", &have); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, have); diff != "" {
				t.Errorf("configuration (-want +have):\n%s", diff)
			}
		})
	}
}
