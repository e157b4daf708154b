package apidoc_test

import (
	"strings"
	"testing"

	"github.com/enoki-go/enoki/web/internal/apidoc"
	"github.com/enoki-go/enoki/web/internal/typed"
)

func TestGuardedOperationsSayHowClientsSayWhoTheyAre(t *testing.T) {
	t.Parallel()
	d := apidoc.New("guarded", "1.0.0")
	for _, tag := range []string{"shop", "open"} {
		op := apidoc.Plain(typed.Method{Tag: tag, Summary: "Show"})
		op.Security = []map[string][]string{{tag: {}}}
		if err := d.Add("GET", "/"+tag, op); err != nil {
			t.Fatal(err)
		}
	}
	d.Guard("shop", "bearer")
	text, err := d.JSON()
	if err != nil {
		t.Fatal(err)
	}
	for part, want := range map[string]bool{
		`"security":[{"shop":[]}]`: true, `"securitySchemes":{"shop":{"scheme":"bearer","type":"http"}}`: true, `[{"open":[]}]`: false,
	} {
		if strings.Contains(string(text), part) != want {
			t.Errorf("have %s in it: %t, want %t: %s", part, !want, want, text)
		}
	}
}
