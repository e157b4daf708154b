package auth

import (
	"fmt"
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

// shortestKey is what HS256 asks for (RFC 7518, 3.2). One is made with openssl rand -hex 32.
const shortestKey = 32

var errShortKey = fmt.Errorf("the secret auth_key is too short: want %d bytes or more", shortestKey)

// sign makes a token.
func sign(key secret.Text, user string, roles []string, until time.Time) (string, error) {
	if len(key.Reveal()) < shortestKey {
		return "", errShortKey
	}
	return jwt.NewWithClaims(jwt.SigningMethodHS256, claims{
		RegisteredClaims: jwt.RegisteredClaims{Issuer: issuer, Subject: user, ExpiresAt: jwt.NewNumericDate(until)},
		Roles:            roles,
	}).SignedString([]byte(key.Reveal()))
}

// verify reads one that sign has made with the same key and that is not too old.
func verify(key secret.Text, token string, now func() time.Time) (c claims, err error) {
	if len(key.Reveal()) < shortestKey {
		return c, errShortKey
	}
	_, err = jwt.ParseWithClaims(token, &c, func(*jwt.Token) (any, error) { return []byte(key.Reveal()), nil },
		jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}), jwt.WithExpirationRequired(), jwt.WithIssuer(issuer), jwt.WithTimeFunc(now))
	return c, err
}
