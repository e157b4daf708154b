package config_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/config"
)

func TestSectionReportsWhatIsWrongWithItsPlace(t *testing.T) {
	t.Parallel()
	const duration = `a duration with its unit such as "30s" or "1h30m"`
	tests := []struct{ name, content, want string }{
		{"word for a number", "b: {workers: ten}", `c.yml:1:14: b.workers: have "ten", want a whole number from -128 to 127`},
		{"number out of range", "b: {workers: 128}", "c.yml:1:14: b.workers: have 128, want a whole number from -128 to 127"},
		{"fraction for an integer", "b: {limits: {max_bytes: 1.5}}", "c.yml:1:25: b.limits.max_bytes: have 1.5, want a whole number"},
		{"negative for unsigned", "b: {room: -1}", "c.yml:1:11: b.room: have -1, want a whole number from 0 to 65535"},
		{"bare number for a duration", "b: {limits: {drain: 30}}", "c.yml:1:21: b.limits.drain: have 30, want " + duration},
		{"bare zero for a duration", "b: {limits: {drain: '0'}}", `c.yml:1:21: b.limits.drain: have "0", want ` + duration},
		{"unit unknown", "b: {limits: {drain: 3 days}}", `c.yml:1:21: b.limits.drain: have "3 days", want ` + duration},
		{"list for text", "b: {address: [a]}", "c.yml:1:14: b.address: have a list, want text"},
		{"map for a list", "b: {tags: {a: 1}}", "c.yml:1:11: b.tags: have a map, want a list"},
		{"scalar for a struct", "b:\n  limits: 5", "c.yml:2:11: b.limits: have 5, want a map"},
		{"text for a bool", "b: {verbose: 'true'}", `c.yml:1:14: b.verbose: have "true", want true or false`},
		{"bool for a number", "b: {rate: true}", "c.yml:1:11: b.rate: have true, want a number"},
		{"list too long", "b: {pair: [1, 2, 3]}", "c.yml:1:11: b.pair: have a list, want a list of 2"},
		{"item of a list", "b: {pair: [1, x]}", `c.yml:1:15: b.pair.1: have "x", want a whole number`},
		{"text refused", "b: {level: low}", `c.yml:1:12: b.level: have "low", want text for config_test.level: levels are high`},
		{"map for text", "b: {level: {}}", "c.yml:1:12: b.level: have a map, want text for config_test.level"},
		{"skipped field", "b: {limits: {skipped: 1}}", `c.yml:1:14: b.limits: have key "skipped", want one of max_bytes, drain`},
		{"section of a scalar", "b: 3", "c.yml:1:4: b: have 3, want a map"},
		{"long value", "b: {workers: " + strings.Repeat("x", 99) + "}", `c.yml:1:14: b.workers: have "` + strings.Repeat("x", 60) + `…", want a whole number from -128 to 127`},
		{"near key", "b: {limits: {max_byte: 1}}", `c.yml:1:14: b.limits: have key "max_byte", want one of max_bytes, drain; did you mean "max_bytes"?`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			wantError(t, load(t, tt.content, nil).Section("b", &broker{}), tt.want)
		})
	}
}

func TestSectionReportsAllMistakesAtOnce(t *testing.T) {
	t.Parallel()
	err := load(t, "b: {max_bytes: x, drain: 1,\n nope: 2}", nil).Section("b", &limits{})
	for _, want := range []string{"c.yml:1:16: ", "c.yml:1:26: ", "c.yml:2:2: "} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("have %v, want a mistake at %s", err, want)
		}
	}
}

func TestNumbersAndNamesAtTheirLimits(t *testing.T) {
	t.Parallel()
	type flag bool
	type extremes struct {
		Most  uint64
		Least int64
		Small float32
		On    flag
		Ports map[int]string
		None  struct{}
	}
	c := load(t, "a: {most: 18446744073709551615, least: -9223372036854775808, small: 0.5, on: true}", nil)
	want := extremes{Most: 1<<64 - 1, Least: -1 << 63, Small: 0.5, On: true}
	if diff := cmp.Diff(want, section(t, c, "a", extremes{})); diff != "" {
		t.Errorf("limits (-want +have):\n%s", diff)
	}
	c = load(t, "a: {most: -1, least: 9223372036854775808, small: 1e300, on: 1, ports: {x: y}, none: {z: 1}}", nil)
	wantError(t, c.Section("a", &extremes{}), `c.yml:1:11: a.most: have -1, want a whole number that is not negative
c.yml:1:22: a.least: have 9223372036854775808, want a whole number
c.yml:1:50: a.small: have 1e300, want a number
c.yml:1:61: a.on: have 1, want true or false
c.yml:1:72: a.ports.x: have "x", want a whole number
c.yml:1:86: a.none: have key "z", want none`)
}

func TestOuterFieldHidesTheEmbeddedOne(t *testing.T) {
	t.Parallel()
	var into struct {
		common
		Name  int
		Inner struct{ Other int } `yaml:",inline"`
	}
	if err := load(t, "a: {name: 1, other: 2}", nil).Section("a", &into); err != nil {
		t.Fatal(err)
	}
	if into.Name != 1 || into.Inner.Other != 2 || into.common.Name != "" {
		t.Errorf("have %+v, want the outer name 1 and the inlined 2", into)
	}
}

func TestSectionBelowAScalarIsRefused(t *testing.T) {
	t.Parallel()
	var n int
	wantError(t, load(t, "a: {b: 1}", nil).Section("a.b.c", &n), `c.yml:1:8: a.b: have 1, want a map with the key "c"`)
}

func TestErrorsDoNotShowSecrets(t *testing.T) {
	t.Parallel()
	var into struct {
		DBPassword int
		Token      level
		Port       int
	}
	err := load(t, "b: {db_password: hunter2, token: hunter3, port: 'nats://u:hunter4@h'}", nil).Section("b", &into)
	if err == nil || strings.Contains(err.Error(), "hunter") {
		t.Errorf("have %v, want an error without the secrets", err)
	}
	if !strings.Contains(err.Error(), "b.db_password: have [redacted], want a whole number") {
		t.Errorf("have %v, want [redacted] in the secret's place", err)
	}
}

func TestSectionWantsAPointer(t *testing.T) {
	t.Parallel()
	for _, into := range []any{nil, 3, (*int)(nil)} {
		if err := config.Empty().Section("a", into); err == nil {
			t.Errorf("have no error for %T, want one", into)
		}
	}
	var ch struct{ C chan int }
	wantError(t, load(t, "a: {c: 1}", nil).Section("a", &ch), "c.yml:1:8: a.c: have 1, want nothing, a chan int cannot be configured")
}
