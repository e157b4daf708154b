package auth

import (
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/enoki-go/enoki/dependency/secret"
)

// claims are what a token says.
type claims struct {
	jwt.RegisteredClaims

	Roles []string `json:"roles"`
}

// issuer keeps tokens apart that other programs have signed with the same key.
const issuer = "door"

// sign makes a token.
func sign(key secret.Text, user string, roles []string, until time.Time) (string, error) {
	return jwt.NewWithClaims(jwt.SigningMethodHS256, claims{
		RegisteredClaims: jwt.RegisteredClaims{Issuer: issuer, Subject: user, ExpiresAt: jwt.NewNumericDate(until)},
		Roles:            roles,
	}).SignedString([]byte(key.Reveal()))
}

// verify reads one that sign has made with the same key and that is not too old.
func verify(key secret.Text, token string, now func() time.Time) (c claims, err error) {
	_, err = jwt.ParseWithClaims(token, &c, func(*jwt.Token) (any, error) { return []byte(key.Reveal()), nil },
		jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}), jwt.WithExpirationRequired(), jwt.WithIssuer(issuer), jwt.WithTimeFunc(now))
	return c, err
}
