package chat_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/examples/chat"
	"github.com/enoki-go/enoki/internal/await"
	svctest "github.com/enoki-go/enoki/testing"
)

// instance is a process with the chat.
func instance(t *testing.T, b *svctest.Broker) *svctest.World {
	t.Helper()
	return svctest.New(t, b, &chat.Chat{People: chat.NewPeople()})
}

func TestRoomSpansTheInstances(t *testing.T) {
	b := svctest.NewBroker(t)
	ann, ben := enter(t, instance(t, b)), enter(t, instance(t, b))
	ann.does("join", room("lobby", "name", "Ann"))
	ben.does("join", room("lobby", "name", " Ben "))
	ann.hearsAtLast("joined", "lobby", "Ben", "")
	ben.does("say", room("lobby", "text", "Hello Ann"))
	ann.hearsAtLast("said", "lobby", "Ben", "Hello Ann")
	ben.hearsAtLast("said", "lobby", "Ben", "Hello Ann")
	ben.vanishes()
	ann.hearsAtLast("left", "lobby", "Ben", "")
}

func TestOtherRoomsHearNothing(t *testing.T) {
	w := instance(t, svctest.NewBroker(t))
	ann, ben := enter(t, w), enter(t, w)
	ann.does("join", room("attic", "name", "Ann"))
	ann.hears("joined", "attic", "Ann", "")
	ben.does("join", room("lobby", "name", "Ben"))
	ben.does("say", room("lobby", "text", "is anybody here?"))
	ann.does("say", room("attic", "text", "nobody"))
	ann.hears("said", "attic", "Ann", "nobody")
}

func TestWhoLeavesIsMissedAndHearsNoMore(t *testing.T) {
	w := instance(t, svctest.NewBroker(t))
	ann, ben := enter(t, w), enter(t, w)
	ann.does("join", room("lobby", "name", "Ann"))
	ann.hears("joined", "lobby", "Ann", "")
	ben.does("join", room("lobby", "name", "Ben"))
	ben.hears("joined", "lobby", "Ben", "")
	ann.hears("joined", "lobby", "Ben", "")
	for range 2 { // the second time does nothing
		ben.does("leave", room("lobby"))
	}
	ann.hears("left", "lobby", "Ben", "")
	ann.does("say", room("lobby", "text", "alone at last"))
	ann.hears("said", "lobby", "Ann", "alone at last")
	ben.does("join", room("lobby", "name", "Ben"))
	ben.hears("joined", "lobby", "Ben", "")
}

func TestWhoClosesThePageHasLeftEveryRoom(t *testing.T) {
	w := instance(t, svctest.NewBroker(t))
	ann, ben := enter(t, w), enter(t, w)
	ann.does("join", room("lobby", "name", "Ann"))
	ann.hears("joined", "lobby", "Ann", "")
	ben.does("join", room("attic", "name", "Benny"))
	ben.does("join", room("lobby", "name", "Ben"))
	ann.hears("joined", "lobby", "Ben", "")
	ben.vanishes()
	ann.hears("left", "lobby", "Ben", "")
}

func TestWhatIsNotAllowedIsRefused(t *testing.T) {
	ann := enter(t, instance(t, svctest.NewBroker(t)))
	ann.does("join", room("lobby", "name", "Ann"))
	for _, tt := range []struct {
		name, method string
		data         map[string]string
		code, want   string
	}{
		{"a stranger speaks", "say", room("attic", "text", "hi"), "denied", `join "attic" first`},
		{"nothing is said", "say", room("lobby", "text", " \n"), "invalid", "text: have 0 characters"},
		{"too much is said", "say", room("lobby", "text", strings.Repeat("ä", 1001)), "invalid", "text: have 1001 characters"},
		{"a person has no name", "join", room("lobby", "name", ""), "invalid", "name: have 0 characters"},
		{"a room has no name", "join", room("", "name", "Ann"), "invalid", "room: have 0 characters"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := ann.asks(tt.method, tt.data)
			if f.Type != "error" || f.Error.Code != tt.code || !strings.Contains(f.Error.Message, tt.want) {
				t.Errorf("%s %v: have %+v, want the error %s with %q", tt.method, tt.data, f, tt.code, tt.want)
			}
		})
	}
}

func TestPageComesWithAllThatItNeeds(t *testing.T) {
	w := instance(t, svctest.NewBroker(t))
	for path, want := range map[string]struct{ kind, text string }{
		"/":              {"text/html", `src="page.js"`},
		"/page.js":       {"text/javascript", `from "/svc/client.js"`},
		"/style.css":     {"text/css", "light-dark("},
		"/svc/client.js": {"text/javascript", "export"},
	} {
		r, err := http.NewRequestWithContext(await.Within(t), http.MethodGet, w.URL()+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		status, kind, text := fetch(t, r)
		if status != http.StatusOK || !strings.HasPrefix(kind, want.kind) || !strings.Contains(text, want.text) {
			t.Errorf("GET %s: have %d, %s, %.80q, want 200, %s with %q", path, status, kind, text, want.kind, want.text)
		}
	}
}
