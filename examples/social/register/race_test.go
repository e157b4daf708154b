package register_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/enoki-go/enoki/examples/social/register"
)

func TestOneEmailGetsOneIDHoweverManyRegisterItAtOnce(t *testing.T) {
	t.Parallel()
	const callers, rounds = 20, 5
	r := newRegister(t)
	for round := range rounds {
		user := register.User{Email: fmt.Sprintf("%d@example.com", round)}
		ids, messages := make([]*string, callers), make([]string, callers)
		var all sync.WaitGroup
		for i := range callers {
			all.Go(func() {
				var err error
				if ids[i], messages[i], err = r.register(user); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		want, first := r.hash("users")[user.Email], 0
		for i := range callers {
			switch {
			case text(ids[i]) != want:
				t.Errorf("have u_id %s, want %s", text(ids[i]), want)
			case messages[i] == "":
				first++
			case messages[i] != "already registered.":
				t.Errorf("have %q", messages[i])
			}
		}
		if first != 1 {
			t.Errorf("%d of %d were told that they are new, want one", first, callers)
		}
	}
	if have := len(r.hash("users_data")); have != rounds {
		t.Errorf("have %d users, want %d: those who were slower leave nothing behind", have, rounds)
	}
}

func TestIDThatSomebodyHasIsNotGivenAgain(t *testing.T) {
	t.Parallel()
	r := newRegister(t)
	taken := r.registers(xiaohua)
	drawn := 0
	r.interfere(func(s setting) error {
		if drawn++; drawn < 4 { // the die falls on the same number again and again
			s.Args()[2] = taken
		}
		return s.send()
	})
	other := register.User{Email: "nameko2@nameko.com"}
	if uID := r.registers(other); uID == taken || drawn != 5 {
		t.Errorf("have %s after %d commands, want another than %s after 5", uID, drawn, taken)
	}
	if user, err := r.Find(t.Context(), taken); err != nil || user == nil || *user != xiaohua {
		t.Errorf("have %+v and %v, want %+v as it was", user, err, xiaohua)
	}
}

func TestS35StorageThatRefusesRegistersNobody(t *testing.T) {
	t.Parallel()
	for _, refusing := range []string{"users", "users_data"} {
		t.Run(refusing, func(t *testing.T) {
			t.Parallel()
			r := newRegister(t)
			r.interfere(func(s setting) error {
				if s.hash() == refusing {
					return s.refuse()
				}
				return s.send()
			})
			uID, message, err := r.register(xiaohua)
			if uID != nil || message != "register failed." || err != nil {
				t.Errorf("have %s, %q and %v, want null and \"register failed.\"", text(uID), message, err)
			}
			if have := len(r.hash("users")) + len(r.hash("users_data")); have != 0 {
				t.Errorf("have %d fields in Redis, want none", have)
			}
		})
	}
}

func TestQuickerCallerWins(t *testing.T) {
	t.Parallel()
	r := newRegister(t)
	r.interfere(func(s setting) error {
		if s.hash() == "users" {
			r.Redis.HSet(t.Context(), "users", xiaohua.Email, "7654321")
		}
		return s.send()
	})
	uID, message, err := r.register(xiaohua)
	if text(uID) != "7654321" || message != "already registered." || err != nil {
		t.Errorf("have %s, %q and %v, want the u_id of the other", text(uID), message, err)
	}
	if have := r.hash("users_data"); len(have) != 0 {
		t.Errorf("have %v, want nothing left of the slower one", have)
	}
}

// A Redis that was asked twice, because its first answer was lost, says that the field is
// there.
func TestLostAnswerIsNotTakenForAnotherCaller(t *testing.T) {
	t.Parallel()
	r := newRegister(t)
	r.interfere(func(s setting) error {
		if err := s.send(); err != nil || s.hash() != "users" {
			return err
		}
		return s.send()
	})
	uID := r.registers(xiaohua)
	if have := r.hash("users_data"); have[uID] == "" {
		t.Errorf("have %v, want the user under %s", have, uID)
	}
}

// After an error nobody knows whether the email leads to the user, so the user stays.
func TestWhoeverAnEmailLeadsToIsThere(t *testing.T) {
	t.Parallel()
	r, lost := newRegister(t), errors.New("the answer is lost")
	drawn := ""
	r.interfere(func(s setting) error {
		if err := s.send(); err != nil || s.hash() != "users" {
			drawn = s.field()
			return err
		}
		return lost
	})
	if uID, message, err := r.register(xiaohua); !errors.Is(err, lost) {
		t.Fatalf("have %s, %q and %v, want %v", text(uID), message, err, lost)
	}
	if user, err := r.Find(t.Context(), r.hash("users")[xiaohua.Email]); err != nil || user == nil {
		t.Errorf("have %+v and %v, want the user under %s", user, err, drawn)
	}
	uID, message, err := r.register(xiaohua)
	if text(uID) != drawn || message != "already registered." || err != nil {
		t.Errorf("have %s, %q and %v, want %s from the second try", text(uID), message, err, drawn)
	}
}
