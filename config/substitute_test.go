package config_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var testEnv = map[string]string{
	"N": "10", "S": "text", "EMPTY": "", "LIST": "[1, x]", "MAP": "a: 1\nb: [2]\n", "REF": "${S}",
	"COLON": "a: b: c", "COMMENT": "pass #word", "PEM": "-----BEGIN KEY-----\nabc\n-----END KEY-----\n",
	"ANCHOR": "&a b", "ALIAS": "[&a b, *a]", "REMARK": "[1] # 2", "DOCS": "a: 1\n---\nb: 2", "INJECT": "x\nadmin: true", "ZERO": "007", "AT": "@x", "RAW": "[!raw_env_var '${S}']",
}

func TestSubstitution(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, scalar string
		want         any
	}{
		{"number", "${N}", 10},
		{"text", "${S}", "text"},
		{"empty is null", "${EMPTY}", nil},
		{"list", "${LIST}", []any{1, "x"}},
		{"block map", "${MAP}", map[string]any{"a": 1, "b": []any{2}}},
		{"default number", "${NO:10}", 10},
		{"default list", "${NO:[1,2]}", []any{1, 2}},
		{"default with spaces", "${NO:a b}", "a b"},
		{"default map", `!env_var "${NO:{a: {b: 1}}}"`, map[string]any{"a": map[string]any{"b": 1}}},
		{"empty default", "${NO:}", nil},
		{"default not needed", "${N:${NO}}", 10},
		{"set but empty hides default", "${EMPTY:x}", nil},
		{"nested default", "${NO:${NEITHER:x}}", "x"},
		{"nested variable", "${NO:${N}}", 10},
		{"nested list", "${NO:[${N}, ${NEITHER:5}]}", []any{10, 5}},
		{"minus belongs to the default", "${NO:-1}", -1},
		{"mixed", "nats://${NO:localhost}:${PORT:4222}", "nats://localhost:4222"},
		{"mixed stays text", "${N}0", "100"},
		{"two stay text", "${N}${N}", "1010"},
		{"double quoted stays text", `"${N}"`, "10"},
		{"single quoted stays text", "'${N}'", "10"},
		{"literal stays text", "|-\n  ${N}", "10"},
		{"quoted keeps what YAML would change", `"${COMMENT}"`, "pass #word"},
		{"quoted keeps lines", `"${PEM}"`, testEnv["PEM"]},
		{"value is not substituted again", "${REF}", "${S}"},
		{"raw", "!raw_env_var ${N}", "10"},
		{"raw keeps what is not YAML", "!raw_env_var ${COLON}", "a: b: c"},
		{"raw in a value", "${RAW}", []any{"${S}"}},
		{"raw without variable", "!raw_env_var 10", "10"},
		{"explicit", "!env_var ${N}", 10},
		{"explicit in quotes", `!env_var "${N}"`, 10},
		{"explicit mixed stays text", `!env_var "${N}0"`, "100"},
		{"explicit without variable", "!env_var 10", "10"},
		{"tag of YAML", `!!int "${N}"`, 10},
		{"text tag of YAML", "!!str ${N}", "10"},
		{"escape", "$${N}", "${N}"},
		{"escape in text", "a $${N} ${N}", "a ${N} 10"},
		{"escape in default", "${NO:$${N}}", "${N}"},
		{"escape in a default not needed", "${N:$${X}}", 10},
		{"escaped escape", "$$${N}", "$${N}"},
		{"dollar alone", "$N a$ $", "$N a$ $"},
		{"structure stays inside its scalar", `"${INJECT}"`, "x\nadmin: true"},
		{"list in flow style", `["${N}", !env_var "${N}"]`, []any{"10", 10}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			have := everything(t, load(t, "key: "+tt.scalar, testEnv))
			if diff := cmp.Diff(map[string]any{"key": tt.want}, have); diff != "" {
				t.Errorf("%s (-want +have):\n%s", tt.scalar, diff)
			}
		})
	}
}

func TestSubstitutionMistakes(t *testing.T) {
	t.Parallel()
	const (
		form = "have ${ without a name and its closing brace, want ${NAME} or ${NAME:default}; $${ stands for ${ itself"
		open = "have a default without its closing brace, want ${NAME:default}"
	)
	notOne := func(name string) string {
		return "have a value of ${" + name + "} that is not one YAML value without comments and folded lines; " +
			"quote the scalar or tag it !raw_env_var to take it as text"
	}
	unset := func(name string) string {
		return "environment variable " + name + " is not set, set it or write ${" + name + ":default}"
	}
	tests := []struct{ name, scalar, want string }{
		{"not set", "${NO}", unset("NO")},
		{"two not set", "${NO} ${NEITHER}", unset("NO") + "\nc.yml:2:8: " + unset("NEITHER")},
		{"not set in default", "${NO:${NEITHER}}", unset("NEITHER")},
		{"not set in quotes", "'${NO}'", unset("NO")},
		{"no brace", "${NO", form},
		{"no name", "${}", form},
		{"no name but default", "${:x}", form},
		{"space in name", "${A B}", form},
		{"default open", "${NO:x", open},
		{"brace open in default", "'${NO:{}'", open},
		{"too deep", strings.Repeat("${A:", 40) + strings.Repeat("}", 40), "have defaults nested deeper than 32, want fewer"},
		{"colon", "${COLON}", notOne("COLON")},
		{"comment", "${COMMENT}", notOne("COMMENT")},
		{"folded", "${PEM}", notOne("PEM")},
		{"anchor", "${ANCHOR}", notOne("ANCHOR")},
		{"alias", "${ALIAS}", notOne("ALIAS")},
		{"comment behind a list", "${REMARK}", notOne("REMARK")},
		{"documents", "${DOCS}", notOne("DOCS")},
		{"inject", "${INJECT}", notOne("INJECT")},
		{"reserved", "${AT}", notOne("AT")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := tryLoad("a:\n  key: "+tt.scalar, testEnv)
			wantError(t, err, "c.yml:2:8: "+tt.want)
		})
	}
}

func TestDigitsReachTextUnchanged(t *testing.T) {
	t.Parallel()
	if have := section(t, load(t, "pin: ${ZERO}", testEnv), "pin", ""); have != "007" {
		t.Errorf("have %q, want 007", have)
	}
}

func TestMistakesInAValueAreAtItsScalar(t *testing.T) {
	t.Parallel()
	env := map[string]string{"V": "{max_bytes: 1, nope: 2}", "D": "{a: 1, a: 2}"}
	err := load(t, "\n  b: ${V}", env).Section("b", &limits{})
	wantError(t, err, `c.yml:2:6: b: have key "nope", want one of max_bytes, drain`)
	_, err = tryLoad("\n  b: ${D}", env)
	wantError(t, err, `c.yml:2:6: have key "a" again, it is already at c.yml:2:6; want it once`)
}

func TestKeysAreNotSubstituted(t *testing.T) {
	t.Parallel()
	have := everything(t, load(t, "a${N}: 1", testEnv))
	if diff := cmp.Diff(map[string]any{"a${N}": 1}, have); diff != "" {
		t.Error(diff)
	}
}

func TestEnvironmentOfTheProcessIsTheDefault(t *testing.T) {
	t.Setenv("ENOKI_CONFIG_TEST", "5")
	c, err := loadText("n: ${ENOKI_CONFIG_TEST}")
	if err != nil {
		t.Fatal(err)
	}
	if have := section(t, c, "n", 0); have != 5 {
		t.Errorf("have %d, want 5", have)
	}
}
