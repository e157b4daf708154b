package register_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/dependency/redisdb/redistest"
	"github.com/enoki-go/enoki/examples/social/register"
	"github.com/enoki-go/enoki/rpc"
	svctest "github.com/enoki-go/enoki/testing"
)

var xiaohua = register.User{Timestamp: 1553652949, Email: "nameko@nameko.com", Name: "xiaohua", Language: "ZH", Country: "CN"}

// sevenDigits are the u_ids from 7000000 to 9999999.
var sevenDigits = regexp.MustCompile(`^[7-9]\d{6}$`)

// wantNew checks that a user was new, and returns the u_id.
func wantNew(t *testing.T, uID *string, message string, err error) string {
	t.Helper()
	if uID == nil || !sevenDigits.MatchString(*uID) || message != "" || err != nil {
		t.Fatalf("have %v, %q and %v, want a u_id of seven digits, no message and no error", text(uID), message, err)
	}
	return *uID
}

// text shows a u_id.
func text(uID *string) string {
	if uID == nil {
		return "null"
	}
	return *uID
}

func TestUserIsKeptInTwoHashes(t *testing.T) {
	t.Parallel()
	r := newRegister(t)
	uID := r.registers(xiaohua)
	if diff := cmp.Diff(map[string]string{xiaohua.Email: uID}, r.hash("users")); diff != "" {
		t.Errorf("users: - want, + have:\n%s", diff)
	}
	var have register.User
	data := r.hash("users_data")
	if err := json.Unmarshal([]byte(data[uID]), &have); err != nil || have != xiaohua || len(data) != 1 {
		t.Errorf("users_data: have %v and %v, want %+v under %s", data, err, xiaohua, uID)
	}
}

func TestEmailIsRegisteredOnce(t *testing.T) {
	t.Parallel()
	r := newRegister(t)
	first := r.registers(xiaohua)
	other := xiaohua
	other.Email = "nameko2@nameko.com"
	if second := r.registers(other); second == first {
		t.Errorf("have %s for two users, want two", first)
	}
	again := xiaohua
	again.Name = "somebody else"
	uID, message, err := r.register(again)
	if text(uID) != first || message != "already registered." || err != nil {
		t.Errorf("have %s, %q and %v, want the first u_id %s", text(uID), message, err, first)
	}
	if user, err := r.Find(t.Context(), first); err != nil || user == nil || *user != xiaohua {
		t.Errorf("have %+v and %v, want %+v as it was", user, err, xiaohua)
	}
}

func TestUserWithoutEmailIsRefused(t *testing.T) {
	t.Parallel()
	uID, message, err := new(register.Register).Register(t.Context(), register.User{Name: "nobody"})
	if uID != nil || message != "" || !errors.Is(err, register.ErrNoEmail) {
		t.Errorf("have %s, %q and %v, want %v", text(uID), message, err, register.ErrNoEmail)
	}
}

func TestNobodyIsFoundUnderAnUnknownID(t *testing.T) {
	t.Parallel()
	if user, err := newRegister(t).Find(t.Context(), "7000000"); user != nil || err != nil {
		t.Errorf("have %+v and %v, want neither", user, err)
	}
}

// Callers in other languages name what they pass, and unpack two values.
func TestTwoValuesTravelToCallersThatNameTheirArguments(t *testing.T) {
	t.Parallel()
	w := svctest.New(t, &register.Register{}, svctest.Config(fmt.Sprintf("REDIS_URIS: {development: %q}", redistest.URL(t))))
	result, err := w.Client().Proxy("register").Call(t.Context(), "register", rpc.Named{"email": "ann@example.com", "language": "EN"})
	if err != nil {
		t.Fatal(err)
	}
	var uID *string
	var message string
	err = result.Decode(&uID, &message)
	known := wantNew(t, uID, message, err)
	result, err = w.Client().Proxy("").Call(t.Context(), "register.find", rpc.Named{"u_id": known})
	if err != nil {
		t.Fatal(err)
	}
	var user register.User
	if err := result.Decode(&user); err != nil || user != (register.User{Email: "ann@example.com", Language: "EN"}) {
		t.Errorf("have %+v and %v, want the user", user, err)
	}
}
