package config_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/enoki-go/enoki/config"
)

// FuzzSubstitution checks that a value never leaves its scalar, and that a
// quoted scalar passes it on as it is.
func FuzzSubstitution(f *testing.F) {
	for _, seed := range []string{"${V}", "${V:x}", "a${NO:${V}}", "$${V}", "${NO:{}", "${:", "${NO:[${V}]}"} {
		f.Add(seed, "value")
		f.Add(seed, "x\nadmin: true")
	}
	f.Fuzz(func(t *testing.T, scalar, value string) {
		env := map[string]string{"V": value, "SCALAR": scalar}
		quoted := "'" + strings.ReplaceAll(scalar, "'", "''") + "'"
		if c, err := tryLoad("a: !env_var "+quoted+"\nb: '${SCALAR}'\nc: 1\n", env); err == nil {
			have := everything(t, c)
			if len(have) != 3 || have["b"] != scalar || have["c"] != 1 {
				t.Errorf("%q with %q: have %v, want b as it is and c = 1", scalar, value, have)
			}
		}
	})
}

// FuzzLoad checks that no text makes Load, Section or YAML panic, and that what
// YAML prints is read again as it is.
func FuzzLoad(f *testing.F) {
	for _, seed := range []string{
		"", "a: 1", "a: &a [*a]", "a: {<<: *b}", "- a", "a: !!binary x", "? [a]\n: b", "a: ${V:[}", "a: |\n  b\n",
		"a: !!float 1", "%YAML 1.1\n---\na: b", "a: \"\\x00\"", "a: 'nats://a:b@c'", "&a a: *a", "{a: &x {b: 1}, <<: [*x]}",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, content string) {
		c, err := tryLoad(content, nil)
		if err != nil {
			return
		}
		var into broker
		_ = c.Section("", &into) // only its panics matter
		printed, err := c.YAML()
		if err != nil {
			t.Fatalf("print %q: %v", content, err)
		}
		if strings.Contains(string(printed), "redacted") || strings.Contains(string(printed), "xxxxx") {
			return
		}
		again, err := tryLoad(string(printed), nil)
		if err != nil {
			t.Fatalf("%q printed as %q: %v", content, printed, err)
		}
		if diff := cmp.Diff(everything(t, c), everything(t, again), cmpopts.EquateNaNs()); diff != "" {
			t.Errorf("%q printed as %q (-want +have):\n%s", content, printed, diff)
		}
	})
}

// FuzzRedact checks that a password in a URL is never shown.
func FuzzRedact(f *testing.F) {
	f.Add("user", "host:4222/path?x=y")
	f.Fuzz(func(t *testing.T, before, after string) {
		have := config.Redact(before + " nats://u:hunter2@" + after)
		if strings.Contains(have, "hunter2") {
			t.Errorf("have %q, want no password", have)
		}
	})
}
