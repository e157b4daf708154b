package guestbook_test

import (
	"errors"
	"testing"

	"github.com/enoki-go/enoki/examples/guestbook"
	svctest "github.com/enoki-go/enoki/testing"
)

func TestEntryIsKeptAndThankedFor(t *testing.T) {
	w := svctest.New(t, &guestbook.Guestbook{}, &guestbook.Thanks{}, guestbook.Options())
	thanked := w.Expect("thanks", "OnSigned")
	if have := svctest.Call[int](w, "guestbook.sign", "ann", "nice"); have != 1 {
		t.Errorf("have %d entries, want 1", have)
	}
	if ended := thanked.Wait(); ended.Err != nil {
		t.Errorf("have %v, want an entry thanked for", ended.Err)
	}
	if have := svctest.Call[[]guestbook.Entry](w, "guestbook.entries", 10); len(have) != 1 || have[0].Name != "ann" {
		t.Errorf("have %v, want the entry of ann", have)
	}
}

func TestNobodyCannotSign(t *testing.T) {
	w := svctest.New(t, &guestbook.Guestbook{}, guestbook.Options())
	_, err := w.Client().Proxy("guestbook").Call(t.Context(), "sign", "", "boo")
	if !errors.Is(err, guestbook.ErrNoName) {
		t.Errorf("have %v, want %v", err, guestbook.ErrNoName)
	}
}

// The clock is virtual: it is three in the morning about a second after the start.
func TestNightIsTidiedAtThree(t *testing.T) {
	svctest.Virtual(t, func(t *testing.T) {
		w := svctest.New(t, &guestbook.Night{Book: guestbook.NewBook()})
		if ended := w.Expect("night", "Tidy").Wait(); ended.Err != nil {
			t.Errorf("have %v, want a tidy night", ended.Err)
		}
	})
}
