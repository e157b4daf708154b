package service_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/service"
	"github.com/enoki-go/enoki/tag"
)

// canary is a secret that must be in no text.
const canary = "canary-5f3a9"

type account struct {
	Name string `json:"name"`
	Card *card  `json:"card"`
}

type card struct {
	Number string   `json:"number"`
	Tags   []string `json:"tags"`
}

// naming is a probe whose parameters have names.
type naming struct{}

func (naming) Declare(t reflect.StructTag, m *entrypoint.Method, h entrypoint.Host) (entrypoint.Entrypoint, error) {
	parsed, err := tag.Parse(t)
	if err != nil {
		return nil, err
	}
	return probe{}.Declare(parsed.Without("args"), m, h)
}

// vault fails as its callers want, with all that it knows.
type vault struct {
	_ naming `method:"Open" args:"how,user,password" sensitive:"password,user.card.number"`
	_ naming `method:"Whole" sensitive:"*"`
}

var errLocked = fault.Declare("vault.locked", fault.Conflict, "locked")

// lockedError is a declared error with fields.
type lockedError struct{ Who string }

func (e *lockedError) Error() string             { return "locked for " + e.Who }
func (*lockedError) Fault() (string, fault.Code) { return "vault.locked_for", fault.Conflict }
func (*vault) Whole(text string) error           { return errors.New("have " + text) }
func (*vault) Open(how string, user account, password string) error {
	said := fmt.Sprintf("%s of %q with %s", password, user.Card.Number, user.Name)
	switch how {
	case "declared":
		return fmt.Errorf("open: %w", errLocked.Explain("no entry: %s", said).Because(fs.ErrExist))
	case "typed":
		return &lockedError{password}
	case "coded":
		return fault.New(fault.Denied, said)
	case "wrapped":
		return fmt.Errorf("outer: %w", fault.New(fault.Denied, said).Because(errors.New("inner "+password)))
	case "panic":
		panic(said)
	case "late":
		return fmt.Errorf("%s: %w", said, context.DeadlineExceeded)
	default:
		return fmt.Errorf("%s: %w", said, fs.ErrNotExist)
	}
}

// seen is what middleware, and so a trace, is told.
func seen(into *string) service.Option {
	return service.Use(func(next service.Handler) service.Handler {
		return func(ctx context.Context, c *entrypoint.Call) (any, error) {
			out, err := next(ctx, c)
			if err != nil {
				*into = err.Error() + fault.From(err).Message
			}
			return out, err
		}
	})
}

func TestSensitiveArgumentsAreInNoTextOfAnError(t *testing.T) {
	t.Parallel()
	var told string
	w := startWorld(t, &vault{}, seen(&told))
	for how, is := range map[string]error{
		"declared": errLocked, "typed": nil, "coded": nil, "panic": nil, "late": context.DeadlineExceeded, "": fs.ErrNotExist,
	} {
		user := account{Name: "ann", Card: &card{Number: canary + `"1`}}
		_, err := w.app.Invoke(t.Context(), "vault", "Open", how, user, canary)
		text := fmt.Sprintln(err, fault.From(err).Message, told)
		if err == nil || strings.Contains(text, canary) || !strings.Contains(text, entrypoint.Hidden) {
			t.Errorf("%q: have %s, want %s in place of the arguments", how, text, entrypoint.Hidden)
		}
		if how != "typed" && !strings.Contains(text, "ann") {
			t.Errorf("%q: have %s, want what is not sensitive", how, text)
		}
		if is != nil && !errors.Is(err, is) {
			t.Errorf("%q: have %v, want it to be %v still", how, err, is)
		}
	}
	if _, err := w.app.Invoke(t.Context(), "vault", "Whole", canary); err == nil || err.Error() != "have "+entrypoint.Hidden {
		t.Errorf("have %v, want %s for all of the arguments", err, entrypoint.Hidden)
	}
	if logs := w.logText(); strings.Contains(logs, canary) || strings.Count(logs, "call failed") != 7 {
		t.Errorf("the log has the arguments, or not every failure:\n%s", logs)
	}
}

func TestErrorsKeepWhatTheyWereWithoutTheirText(t *testing.T) {
	t.Parallel()
	w := startWorld(t, &vault{})
	user := account{Card: &card{}}
	_, err := w.app.Invoke(t.Context(), "vault", "Open", "typed", user, canary)
	if typed, ok := errors.AsType[*lockedError](err); !ok || typed.Who != canary || fault.From(err).Name != "vault.locked_for" {
		t.Errorf("have %v, %+v, want the declared error with its fields", err, fault.From(err))
	}
	_, err = w.app.Invoke(t.Context(), "vault", "Open", "coded", user, canary)
	if have := fault.From(err); have.Code != fault.Denied || have.Class != "" {
		t.Errorf("have %+v, want the code %s", have, fault.Denied)
	}
	_, err = w.app.Invoke(t.Context(), "vault", "Open", "wrapped", user, canary)
	said := `[redacted] of "" with `
	if have := err.Error(); have != "outer: "+said+": inner [redacted]" || fault.From(err).Message != said {
		t.Errorf("have %q, %q, want every part of it once", have, fault.From(err).Message)
	}
	for e := err; e != nil && !strings.Contains(e.Error(), canary); e = errors.Unwrap(e) {
		if coded, ok := e.(*fault.Error); ok && coded.Error() != said { //nolint:errorlint // each of the chain
			t.Errorf("have %q, want %q", coded, said)
		}
	}
	_, err = w.app.Invoke(t.Context(), "vault", "Open", "", user, canary)
	if have := fault.From(err); have.Code != fault.Internal || have.Class != "*errors.errorString" {
		t.Errorf("have %+v, want %s and the class of what is at its bottom", have, fault.Internal)
	}
	_, err = w.app.Invoke(t.Context(), "vault", "Open", "panic", user, canary)
	if _, ok := errors.AsType[*service.PanicError](err); !ok {
		t.Errorf("have %T, want a panic still", err)
	}
}

func TestDebugLogHasTheArgumentsWithoutWhatIsSensitive(t *testing.T) {
	t.Parallel()
	w := newWorld(t, &vault{})
	app := newWorld(t, &vault{}, service.Logger(slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug})))).app
	if err := app.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = app.Stop(context.Background()) })
	user := account{Name: "ann", Card: &card{Number: canary, Tags: []string{"gold"}}}
	_, _ = app.Invoke(t.Context(), "vault", "Open", "", user, canary)
	found := w.logged("call started")
	if len(found) != 1 {
		t.Fatalf("have %v, want one record", found)
	}
	want := map[string]any{
		"how": "", "password": "[redacted]",
		"user": map[string]any{"name": "ann", "card": map[string]any{"number": "[redacted]", "tags": []any{"gold"}}},
	}
	if diff := cmp.Diff(want, found[0]["args"]); diff != "" {
		t.Errorf("arguments (-want +have):\n%s", diff)
	}
}

func TestManifestSaysWhatIsSensitive(t *testing.T) {
	t.Parallel()
	have := newWorld(t, &vault{}).app.Manifest().Services[0].Entrypoints
	for i, want := range [][]string{{"password", "user.card.number"}, {"*"}} {
		if diff := cmp.Diff(want, have[i].Sensitive); diff != "" {
			t.Errorf("%s (-want +have):\n%s", have[i].Method, diff)
		}
	}
}

// Forms has what sensitive may name.
type forms struct {
	_ naming `method:"One" sensitive:"name,card.tags,q,X-Key,deep.any.thing"`
	_ naming `method:"Loose" sensitive:"any.thing"`
	_ naming `method:"List" args:"users" sensitive:"users.card.number"`
	_ naming `method:"Two" args:"a, b" sensitive:"b"`
	_ naming `method:"Kept" args:"accounts" sensitive:"accounts.card.number,accounts.*.name"`
	_ naming `method:"Sent" args:"body,when" sensitive:"body.password,when"`
}

type query struct {
	account

	Query string         `query:"q"`
	Key   string         `header:"X-Key"`
	Deep  map[string]any `json:"deep"`
}

func (*forms) One(query)           {}
func (*forms) Loose(any)           {}
func (*forms) List([]account)      {}
func (*forms) Two(string, *string) {}

// Kept and Sent say what they got, in an error.
func (*forms) Kept(all map[string][]account) error {
	return fmt.Errorf("have %s of %s", all["ann"][0].Card.Number, all["ann"][0].Name)
}
func (*forms) Sent(body json.RawMessage, _ time.Time) error { return fmt.Errorf("have %s", body) }

func TestSensitiveNamesParametersAndWhatIsInThem(t *testing.T) {
	t.Parallel()
	w := newWorld(t, &forms{})
	if diff := cmp.Diff([]string{"accounts.*.card.number", "accounts.*.name"}, w.app.Manifest().Services[0].Entrypoints[4].Sensitive); diff != "" {
		t.Errorf("paths through every key of a map (-want +have):\n%s", diff)
	}
}

func TestSensitiveLeadsThroughMapsAndMessages(t *testing.T) {
	t.Parallel()
	w := startWorld(t, &forms{})
	accounts := map[string][]account{"ann": {{Name: "canary-ann", Card: &card{Number: canary}}}}
	if _, err := w.app.Invoke(t.Context(), "forms", "Kept", accounts); err == nil || err.Error() != "have [redacted] of [redacted]" {
		t.Errorf("have %v, want nothing of what every account has", err)
	}
	body := json.RawMessage(`{"password":"` + canary + `","user":"ann"}`)
	if _, err := w.app.Invoke(t.Context(), "forms", "Sent", body, time.Now()); err == nil || err.Error() != `have {"password":"[redacted]","user":"ann"}` {
		t.Errorf("have %v, want the user alone", err)
	}
}

// misnamed has mistakes in its key sensitive.
type misnamed struct {
	_ naming `method:"One" sensitive:"nam,card.numbr,name.x"`
	_ naming `method:"Two" args:"user,password" sensitive:"pasword,user.naem"`
	_ naming `method:"Bare" sensitive:"password"`
	_ naming `method:"None" sensitive:"password"`
	_ naming `method:"Text" args:"pin" sensitive:"pni"`
}

func (*misnamed) One(account)         {}
func (*misnamed) Two(account, string) {}
func (*misnamed) Bare(string, string) {}
func (*misnamed) None()               {}
func (*misnamed) Text(string)         {}

func TestSensitiveThatNamesNothingIsAMistake(t *testing.T) {
	t.Parallel()
	_, err := tryWorld(t, &misnamed{})
	for _, want := range []string{
		`have "nam", want a field of service_test.account, which has no "nam"; did you mean "name"?`,
		`have "card.numbr", want a field of service_test.card, which has no "numbr"; did you mean "number"?`,
		`have "name.x", want a path that leads somewhere: a string has no fields`,
		`have "pasword", want the name of a parameter, or a path that begins with one, as in "user.password"; did you mean "password"?`,
		`have "user.naem", want a field of service_test.account, which has no "naem"; did you mean "name"?`,
		`have "password", but the parameters have no names: give them some with the tag key args`,
		`have "password", but None() has no parameters`,
		`did you mean "pin"?`,
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("have %v\nwant %s", err, want)
		}
	}
}
