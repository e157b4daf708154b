package web_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/web"
)

// Blabber refuses a password, and says which.
type Blabber struct {
	_ web.Route `method:"Try" route:"POST /try" args:"password" sensitive:"password"`
	_ web.Route `method:"Open" route:"POST /open" args:"password"`
}

// Try refuses it.
func (*Blabber) Try(password string) error { return web.Refuse(418, "not "+password) }

// Open does, where it is no secret.
func (*Blabber) Open(password string) error { return web.Refuse(418, "not "+password) }

func TestRefusalThatQuotesASensitiveArgumentSaysNothing(t *testing.T) {
	t.Parallel()
	v, _ := open(t, &Blabber{})
	const secret = `{"password":"LEAK-refuse"}`
	a := v.ask("POST", "/try", secret, "Content-Type", "application/json")
	if a.StatusCode != http.StatusTeapot || strings.Contains(a.body, "LEAK") {
		t.Errorf("have %d %s, want 418 without the password", a.StatusCode, a.body)
	}
	a = v.ask("POST", "/open", secret, "Content-Type", "application/json")
	if a.StatusCode != http.StatusTeapot || !strings.Contains(a.body, "not LEAK-refuse") {
		t.Errorf("have %d %s, want 418 with the detail", a.StatusCode, a.body)
	}
}
