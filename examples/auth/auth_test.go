package auth_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/crypto/bcrypt"

	"github.com/enoki-go/enoki/dependency/clock"
	"github.com/enoki-go/enoki/dependency/contextdata"
	"github.com/enoki-go/enoki/dependency/secret"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/examples/auth"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/rpc"
	svctest "github.com/enoki-go/enoki/testing"
)

// signingKey is that of the tests, and has to stay there.
const signingKey = "canary-signing-key-of-32-bytes-and-more"

// site is the example with a time of its own.
type site struct {
	*svctest.World
	t    *testing.T
	hand *clock.Manual
}

func open(t *testing.T, config ...svctest.Config) site {
	t.Helper()
	if config == nil {
		config = []svctest.Config{users(t)}
	}
	hand := clock.NewManual(time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC))
	door := &auth.Door{Key: secret.New(signingKey), Clock: hand.Clock()}
	return site{svctest.New(t, door, &auth.Documents{}, &auth.Audit{}, auth.Options(), config[0]), t, hand}
}

// users are those of config.yml, whose hashes take their time, with cheap ones.
func users(t *testing.T) svctest.Config {
	t.Helper()
	var text strings.Builder
	for user, password := range map[string]string{"ann: {roles: [editor, admin]": "chairlift", "bob: {roles: [editor]": "harbour", "cid: {roles: [reader]": "lantern"} {
		hash, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.MinCost)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&text, "  %s, password: %q}\n", user, hash)
	}
	return svctest.Config("users:\n" + text.String())
}

// send returns the status and the body of an answer.
func (s site) send(method, path, token, body string) (int, string) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.URL()+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

// logIn returns the token of a user.
func (s site) logIn(user, password string) string {
	s.t.Helper()
	status, token := s.send("POST", "/login", "", `{"user":"`+user+`","password":"`+password+`"}`)
	if status != http.StatusOK {
		s.t.Fatalf("have %d: %s", status, token)
	}
	return token
}

func TestRolesDecideWhoMayDoWhat(t *testing.T) {
	s := open(t)
	ann, bob, cid := s.logIn("ann", "chairlift"), s.logIn("bob", "harbour"), s.logIn("cid", "lantern")
	for _, tt := range []struct {
		name                      string
		method, path, token, body string
		want                      int
	}{
		{"nobody writes", "PUT", "/documents/plan", "", `{"text":"x"}`, 401},
		{"a reader does not write", "PUT", "/documents/plan", cid, `{"text":"x"}`, 403},
		{"an editor writes", "PUT", "/documents/plan", bob, `{"text":"x"}`, 204},
		{"a reader reads", "GET", "/documents/plan", cid, "", 200},
		{"nobody reads", "GET", "/documents/plan", "", "", 401},
		{"what is not there is not found", "GET", "/documents/none", cid, "", 404},
		{"an editor does not delete", "DELETE", "/documents/plan", bob, "", 403},
		{"an admin deletes", "DELETE", "/documents/plan", ann, "", 204},
		{"it is gone", "GET", "/documents/plan", cid, "", 404},
		{"an editor does not see who did what", "GET", "/audit", bob, "", 403},
		{"an admin does", "GET", "/audit", ann, "", 200},
	} {
		if have, body := s.send(tt.method, tt.path, tt.token, tt.body); have != tt.want {
			t.Errorf("%s: have %d, want %d: %s", tt.name, have, tt.want, body)
		}
	}
}

func TestUsersOfTheFileLogIn(t *testing.T) {
	text, err := os.ReadFile("config.yml")
	if err != nil {
		t.Fatal(err)
	}
	s := open(t, svctest.Config(text))
	for user, password := range map[string]string{"ann": "chairlift", "bob": "harbour", "cid": "lantern"} {
		if status, body := s.send("GET", "/documents/none", s.logIn(user, password), ""); status != http.StatusNotFound {
			t.Errorf("have %d for %s, want 404: %s", status, user, body)
		}
	}
}

func TestUserGoesOnToTheServicesBehind(t *testing.T) {
	s := open(t)
	ann, bob := s.logIn("ann", "chairlift"), s.logIn("bob", "harbour")
	s.send("PUT", "/documents/plan", bob, `{"text":"x"}`)
	s.send("DELETE", "/documents/plan", ann, "")
	_, body := s.send("GET", "/audit", ann, "")
	var have []string
	if err := json.Unmarshal([]byte(body), &have); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	if diff := cmp.Diff([]string{"bob: write plan", "ann: delete plan"}, have); diff != "" {
		t.Errorf("(-want +have):\n%s", diff)
	}
}

func TestRefusalSaysWhatIsMissing(t *testing.T) {
	s := open(t)
	_, body := s.send("DELETE", "/documents/plan", s.logIn("bob", "harbour"), "")
	var problem struct{ Detail, Code, Name string }
	if err := json.Unmarshal([]byte(body), &problem); err != nil {
		t.Fatal(err)
	}
	if problem.Detail != "bob may not do that: want the role admin" || problem.Code != "denied" || problem.Name != "auth.denied" {
		t.Errorf("have %+v", problem)
	}
}

func TestWrongPasswordAndUnknownUserLookAlike(t *testing.T) {
	s := open(t)
	var bodies []string
	for _, login := range []string{`{"user":"ann","password":"harbour"}`, `{"user":"eve","password":"harbour"}`, `{"user":"eve","password":"decoy"}`} {
		status, body := s.send("POST", "/login", "", login)
		var problem struct{ Detail string }
		if err := json.Unmarshal([]byte(body), &problem); err != nil || status != http.StatusUnauthorized {
			t.Errorf("have %d, %v for %s: %s", status, err, login, body)
		}
		bodies = append(bodies, problem.Detail)
	}
	if bodies[0] != "wrong user or password" || bodies[1] != bodies[0] || bodies[2] != bodies[0] {
		t.Errorf("have %q, want the same three times", bodies)
	}
}

func TestTokenIsGoodForAnHour(t *testing.T) {
	s := open(t)
	ann := s.logIn("ann", "chairlift")
	for _, step := range []struct {
		wait time.Duration
		want int
	}{{59 * time.Minute, 200}, {2 * time.Minute, 401}} {
		s.hand.Advance(step.wait)
		if have, body := s.send("GET", "/audit", ann, ""); have != step.want {
			t.Errorf("have %d after %v more, want %d: %s", have, step.wait, step.want, body)
		}
	}
}

func TestForgedTokenIsRefused(t *testing.T) {
	s := open(t)
	soon := jwt.NewNumericDate(s.hand.Clock().Now().Add(time.Minute))
	good := jwt.MapClaims{"iss": "door", "sub": "ann", "roles": []string{"admin"}, "exp": soon}
	with := func(key string, value any) jwt.MapClaims {
		c := jwt.MapClaims{"iss": "door", "sub": "ann", "roles": []string{"admin"}, "exp": soon}
		if c[key] = value; value == nil {
			delete(c, key)
		}
		return c
	}
	for _, tt := range []struct {
		name   string
		method jwt.SigningMethod
		key    any
		claims jwt.MapClaims
		want   int
	}{
		{"good", jwt.SigningMethodHS256, []byte(signingKey), good, 200},
		{"unsigned", jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, good, 401},
		{"another key", jwt.SigningMethodHS256, []byte("guess"), good, 401},
		{"another method", jwt.SigningMethodHS512, []byte(signingKey), good, 401},
		{"another issuer", jwt.SigningMethodHS256, []byte(signingKey), with("iss", "window"), 401},
		{"for ever", jwt.SigningMethodHS256, []byte(signingKey), with("exp", nil), 401},
		{"too old", jwt.SigningMethodHS256, []byte(signingKey), with("exp", 1), 401},
		{"of nobody", jwt.SigningMethodHS256, []byte(signingKey), with("sub", nil), 401},
		{"without roles", jwt.SigningMethodHS256, []byte(signingKey), with("roles", nil), 403},
	} {
		token, err := jwt.NewWithClaims(tt.method, tt.claims).SignedString(tt.key)
		if err != nil {
			t.Fatal(err)
		}
		if have, body := s.send("GET", "/audit", token, ""); have != tt.want {
			t.Errorf("%s: have %d, want %d: %s", tt.name, have, tt.want, body)
		}
	}
}

func TestSecretsStayWhereTheyAre(t *testing.T) {
	s := open(t)
	token := s.logIn("ann", "chairlift")
	s.send("POST", "/login", "", `{"user":"ann","password":"canary-password"}`)
	s.send("GET", "/audit", token+"x", "")
	_, described := s.send("GET", "/openapi.json", "", "")
	for _, word := range []string{signingKey, "chairlift", "canary-password", "$2a$"} {
		if strings.Contains(s.Log()+described, word) {
			t.Errorf("the log or the description of the API shows %q", word)
		}
	}
}

// Behind the door nobody asks for a token, and rules hold all the same.
func TestServiceBehindAsksForUserAndRole(t *testing.T) {
	s := open(t)
	_, err := s.Client().Proxy("documents").Call(t.Context(), "delete", "plan")
	if !errors.Is(err, auth.ErrNobody) || fault.CodeOf(err) != fault.Unauthenticated {
		t.Errorf("have %v, want %v", err, auth.ErrNobody)
	}
	ctx := entrypoint.WithData(entrypoint.WithData(t.Context(), contextdata.KeyUserID, "bob"), "roles", "editor,reader")
	if _, err := s.Client().Proxy("documents").Call(ctx, "delete", "plan"); !errors.Is(err, auth.ErrDenied) {
		t.Errorf("have %v, want %v", err, auth.ErrDenied)
	}
}

// A unit test says who calls.
func TestAdminDeletes(t *testing.T) {
	var noted []string
	d := &auth.Documents{
		Caller: auth.Caller{User: "ann", Roles: contextdata.Of(auth.Roles{"admin"})},
		Shelf:  new(auth.Shelf),
		Note: func(_ context.Context, what string) (none rpc.None, _ error) {
			noted = append(noted, what)
			return none, nil
		},
	}
	if err := d.Delete(t.Context(), "plan"); err != nil || len(noted) != 1 || noted[0] != "delete plan" {
		t.Errorf("have %v and the notes %q", err, noted)
	}
}

// Instances that share no key would refuse each other's tokens.
func TestKeyThatIsDrawnIsWarnedOf(t *testing.T) {
	t.Setenv("SECRETS_DIR", t.TempDir())
	w := svctest.New(t, &auth.Door{})
	if !strings.Contains(w.Log(), "level="+slog.LevelWarn.String()) || !strings.Contains(w.Log(), "name=auth_key") {
		t.Errorf("have the log\n%s\nwant a warning", w.Log())
	}
}
