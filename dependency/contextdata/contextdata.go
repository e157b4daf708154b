// Package contextdata is context data as typed fields: on whose behalf, and in which
// language, a call is.
//
//	type Letters struct {
//		User     contextdata.UserID
//		Language contextdata.Language
//		Tenant   contextdata.Value[int] `data:"tenant"`
//		…
//	}
//
// Context data comes with a call, event, job or request, and goes on with whatever the
// method sends. It is put there by a method with the marker web.Auth, from headers by
// the configuration key web.headers, and by entrypoint.WithData. Each call has its own
// in its fields. Whoever may send on the bus says what he wants in it.
package contextdata

import (
	"context"
	"fmt"
	"reflect"

	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/dependency/secret"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/tag"
)

// The keys of the context data that has types of its own.
const (
	KeyUserID    = "user_id"
	KeyAuthToken = "auth_token"
	KeyLanguage  = "language"
	KeyUserAgent = "user_agent"
)

// UserID says on whose behalf a call is; "" where nobody said so.
type UserID string

// Language is the one in which the user wants to be answered, as in Accept-Language; ""
// where nobody said so.
type Language string

// UserAgent is the program that the user has sent the request with; "" where nobody said
// so.
type UserAgent string

// AuthToken is the token that the user has shown. Like every secret.Text it does not
// show itself. A test sets it to AuthToken{Text: secret.New("…")}.
type AuthToken struct{ secret.Text }

// Provide fills the field.
func (UserID) Provide(f reflect.StructField, _ dependency.Host) (dependency.Provider, error) {
	return named(f, KeyUserID, func(text string) (any, error) { return UserID(text), nil })
}

// Provide fills the field.
func (Language) Provide(f reflect.StructField, _ dependency.Host) (dependency.Provider, error) {
	return named(f, KeyLanguage, func(text string) (any, error) { return Language(text), nil })
}

// Provide fills the field.
func (UserAgent) Provide(f reflect.StructField, _ dependency.Host) (dependency.Provider, error) {
	return named(f, KeyUserAgent, func(text string) (any, error) { return UserAgent(text), nil })
}

// Provide fills the field.
func (AuthToken) Provide(f reflect.StructField, _ dependency.Host) (dependency.Provider, error) {
	return named(f, KeyAuthToken, func(text string) (any, error) { return AuthToken{secret.New(text)}, nil })
}

// named is the provider of a field that has no tag.
func named(f reflect.StructField, key string, read readFunc) (dependency.Provider, error) {
	if err := tag.Read(f.Tag, &struct{}{}); err != nil {
		return nil, err
	}
	return newProvider(f, key, read)
}

// readFunc makes a value of the field's type of the text.
type readFunc func(text string) (any, error)

// provider lends each call a piece of its context data.
type provider struct {
	key  string
	read readFunc
}

var _ dependency.Describer = provider{}

// newProvider refuses a field that the values do not fit.
func newProvider(f reflect.StructField, key string, read readFunc) (dependency.Provider, error) {
	if f.Type.Kind() == reflect.Pointer {
		return nil, fmt.Errorf("have a field of type %s, want %s", f.Type, f.Type.Elem())
	}
	return provider{key, read}, nil
}

func (provider) Start(context.Context) error { return nil }
func (provider) Stop(context.Context) error  { return nil }

// Acquire reads the context data of the call; what is not there leaves the field empty.
func (p provider) Acquire(ctx context.Context) (any, dependency.Release, error) {
	text, ok := entrypoint.Data(ctx)[p.key]
	if !ok {
		return nil, nil, nil
	}
	value, err := p.read(text)
	return value, nil, err
}

// Describe says which piece of context data it is.
func (p provider) Describe() dependency.Description {
	return dependency.Description{Kind: "context", Target: p.key}
}
