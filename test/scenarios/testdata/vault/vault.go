// Package vault knows secrets, and has many ways to let them slip.
package vault

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/enoki-go/enoki/dependency/sqldb"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/web"
)

// Settings hold secrets.
type Settings struct {
	URL      string
	Password string
}

// Entry is what somebody enters with.
type Entry struct {
	How      string `json:"how"`
	Password string `json:"password" minLength:"3"`
	Pin      *Pin   `json:"pin,omitempty"`
}

// Pin is none, whatever it is, and says so.
type Pin string

// UnmarshalText refuses.
func (*Pin) UnmarshalText(text []byte) error { return fmt.Errorf("%s is no pin", text) }

// Vault fails as it is told to.
type Vault struct {
	Settings Settings       `config:"vault"`
	Accounts *sqldb.Session `db:"accounts"`
	Log      *slog.Logger
	Entered  events.Publisher[map[string]string] `event:"entered"`

	_ rpc.Method     `method:"Open" args:"how,password" sensitive:"password"`
	_ rpc.Method     `method:"Enter" sensitive:"password,pin"`
	_ rpc.Method     `method:"Keep" args:"how,password" sensitive:"password" delivery:"durable"`
	_ rpc.Method     `method:"Tell" args:"how,password" sensitive:"password"`
	_ rpc.Subject    `method:"Knock" subject:"vault.knock" args:"how,password" sensitive:"password"`
	_ events.Handler `method:"OnEntered" source:"vault" event:"entered" attempts:"2" backoff:"1ms" sensitive:"password,pin"`
	_ web.Route      `method:"Enter" route:"POST /enter" sensitive:"password,pin" timeout:"300ms"`
	_ web.Route      `method:"Reset" route:"GET /reset/{word}" args:"word" sensitive:"word"`
	_ web.Socket     `method:"Open" args:"how,password" sensitive:"password" timeout:"300ms"`
	_ web.Socket     `method:"Enter" sensitive:"password,pin"`
}

var errLocked = fault.Declare("vault.locked", fault.Conflict, "locked")

// Open returns the password, unless it is told to fail.
func (v *Vault) Open(ctx context.Context, how, password string) (string, error) {
	v.Log.InfoContext(ctx, "entered", "password", password, "settings", v.Settings, "data", entrypoint.Data(ctx),
		slog.Group("who", "auth_token", password), "at", "redis://ann:"+password+"@127.0.0.1")
	switch how {
	case "declared":
		return "", errLocked.Explain("locked for %q", password)
	case "undeclared":
		return "", errors.New("have " + password)
	case "panic":
		panic("at the door: " + password)
	case "late":
		<-ctx.Done()
		return "", fmt.Errorf("%s: %w", password, ctx.Err())
	case "database":
		_, err := v.Accounts.ExecContext(ctx, "SELECT 1")
		return "", err
	default:
		return password, nil
	}
}

// Enter is Open.
func (v *Vault) Enter(ctx context.Context, in Entry) (string, error) {
	return v.Open(ctx, in.How, in.Password)
}

// Knock is Open.
func (v *Vault) Knock(ctx context.Context, how, password string) (string, error) {
	return v.Open(ctx, how, password)
}

// Keep is Open, for jobs.
func (v *Vault) Keep(ctx context.Context, how, password string) (string, error) {
	return v.Open(ctx, how, password)
}

// Reset fails. By its name, nobody knows that its parameter is a secret.
func (v *Vault) Reset(word string) error { return errLocked.Explain("locked for %q", word) }

// Tell emits an event that its handler cannot handle: it is told to fail, or cannot read
// it.
func (v *Vault) Tell(ctx context.Context, how, password string) error {
	entry := map[string]string{"how": how, "password": password}
	if how == "unreadable" {
		entry["pin"] = password
	}
	return v.Entered(ctx, entry)
}

// OnEntered is Open.
func (v *Vault) OnEntered(ctx context.Context, in Entry) error {
	_, err := v.Open(ctx, in.How, in.Password)
	return err
}
