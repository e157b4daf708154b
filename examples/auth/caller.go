package auth

import (
	"slices"
	"strings"

	"github.com/enoki-go/enoki/dependency/contextdata"
	"github.com/enoki-go/enoki/fault"
)

// The errors of whoever may not do something. Any of the services returns them, and
// each caller on the way, up to the browser, sees the same.
var (
	ErrNobody = fault.Declare("auth.nobody", fault.Unauthenticated, "log in first: POST /login gives a token for the header Authorization: Bearer …")
	ErrDenied = fault.Declare("auth.denied", fault.Denied, "you may not do that")
)

// Caller is on whose behalf a call is. A service that embeds it can ask, however many
// calls away from the door it is.
type Caller struct {
	User  contextdata.UserID
	Roles contextdata.Value[Roles] `data:"roles"`
}

// Need refuses a caller who has none of some roles.
func (c Caller) Need(roles ...string) error {
	if c.User == "" {
		return ErrNobody
	}
	for _, role := range roles {
		if slices.Contains(c.Roles.Get(), role) {
			return nil
		}
	}
	return ErrDenied.Explain("%s may not do that: want the role %s", c.User, strings.Join(roles, " or "))
}

// Roles are what a user may do. In context data they are a text with commas.
type Roles []string

// UnmarshalText reads the roles from context data.
func (r *Roles) UnmarshalText(text []byte) error {
	*r = strings.Split(string(text), ",")
	return nil
}
