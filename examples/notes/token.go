package notes

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"net/http"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/web"
)

// TokenConfig is the configuration section token.
type TokenConfig struct {
	Secret   string        // that tokens are signed with; one for each process where it is empty
	Password string        // that all users have: this is an example
	Lifetime time.Duration // of a token
}

// drawn is the secret where none is configured.
var drawn = rand.Text()

func (c TokenConfig) secret() []byte {
	if c.Secret != "" {
		return []byte(c.Secret)
	}
	return []byte(drawn)
}

func (c TokenConfig) lifetime() time.Duration {
	if c.Lifetime > 0 {
		return c.Lifetime
	}
	return time.Hour
}

// Login says who somebody is.
type Login struct {
	User     string `json:"user" pattern:"^[a-z]{1,20}$"`
	Password string `json:"password"`
}

// LogIn returns a token.
func (n *Notes) LogIn(_ context.Context, in Login) (string, error) {
	want := n.Token.Password
	if want == "" {
		want = "enoki"
	}
	if !hmac.Equal([]byte(in.Password), []byte(want)) {
		return "", fault.New(fault.Unauthenticated, "wrong user or password")
	}
	return jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.RegisteredClaims{
		Subject: in.User, ExpiresAt: jwt.NewNumericDate(time.Now().Add(n.Token.lifetime())),
	}).SignedString(n.Token.secret())
}

// Authenticate reads the token of a request. What it returns is in the context of the
// methods, and of all that they call.
func (n *Notes) Authenticate(r *http.Request) (web.Data, error) {
	text, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return nil, fault.New(fault.Unauthenticated, "log in first: POST /login gives a token for the header Authorization: Bearer …")
	}
	var claims jwt.RegisteredClaims
	_, err := jwt.ParseWithClaims(text, &claims, func(*jwt.Token) (any, error) { return n.Token.secret(), nil },
		jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}), jwt.WithExpirationRequired())
	if err != nil {
		return nil, fault.New(fault.Unauthenticated, "the token is wrong or too old; log in again").Because(err)
	}
	return web.Data{"user": claims.Subject}, nil
}
