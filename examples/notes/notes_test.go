package notes_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/examples/notes"
	svctest "github.com/enoki-go/enoki/testing"
)

func world(t *testing.T) *svctest.World {
	t.Helper()
	return svctest.New(t, &notes.Notes{}, &notes.Indexer{}, notes.Options())
}

// send returns the status and the body of an answer.
func send(t *testing.T, w *svctest.World, method, path, token, body string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, w.URL()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, string(text)
}

func login(t *testing.T, w *svctest.World, user string) string {
	t.Helper()
	answer, token := send(t, w, "POST", "/login", "", `{"user":"`+user+`","password":"enoki"}`)
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("have %s: %s", answer.Status, token)
	}
	return token
}

func TestNoteIsWrittenReadAndIndexed(t *testing.T) {
	w := world(t)
	ann := login(t, w, "ann")
	indexed := w.Expect("indexer", "OnWritten")
	answer, body := send(t, w, "POST", "/notes", ann, `{"title":"milk","text":"two bottles"}`)
	if answer.StatusCode != http.StatusCreated || answer.Header.Get("Location") != "/notes/1" {
		t.Fatalf("have %s to %q: %s", answer.Status, answer.Header.Get("Location"), body)
	}
	if ended := indexed.Wait(); ended.Call.Data["user"] != "ann" {
		t.Errorf("have %v in the event, want the user", ended.Call.Data)
	}
	if _, body := send(t, w, "GET", "/notes/1", ann, ""); body != `{"id":1,"owner":"ann","title":"milk","text":"two bottles"}` {
		t.Errorf("have %s", body)
	}
	if _, body := send(t, w, "GET", "/notes/1/words", ann, ""); body != "2" {
		t.Errorf("have %s words, want 2", body)
	}
	if _, body := send(t, w, "GET", "/export", ann, ""); body != "1 milk\ntwo bottles\n\n" {
		t.Errorf("have %q", body)
	}
}

func TestNotesAreOnlyForTheirOwner(t *testing.T) {
	w := world(t)
	ann, bob := login(t, w, "ann"), login(t, w, "bob")
	send(t, w, "POST", "/notes", ann, `{"title":"secret","text":"x"}`)
	for token, want := range map[string]int{"": 401, "forged": 401, bob: 404, ann: 200} {
		if answer, body := send(t, w, "GET", "/notes/1", token, ""); answer.StatusCode != want {
			t.Errorf("have %s, want %d: %s", answer.Status, want, body)
		}
	}
	if answer, body := send(t, w, "POST", "/login", "", `{"user":"ann","password":"guess"}`); answer.StatusCode != http.StatusUnauthorized {
		t.Errorf("have %s: %s", answer.Status, body)
	}
}

func TestWrongNoteIsRefusedWithThePlace(t *testing.T) {
	w := world(t)
	answer, body := send(t, w, "POST", "/notes", login(t, w, "ann"), `{"title":"","text":"x"}`)
	var problem struct{ Errors []struct{ Location string } }
	if err := json.Unmarshal([]byte(body), &problem); err != nil || answer.StatusCode != http.StatusBadRequest {
		t.Fatalf("have %s, %v: %s", answer.Status, err, body)
	}
	if len(problem.Errors) != 1 || problem.Errors[0].Location != "body.title" {
		t.Errorf("have %+v, want body.title", problem.Errors)
	}
}

// One method, several ways to it.
func TestTidyIsReachedByCallEventAndRequest(t *testing.T) {
	w := world(t)
	ann := login(t, w, "ann")
	for way, tidy := range map[string]func(){
		"call":    func() { svctest.Call[any](w, "notes.tidy") },
		"event":   func() { w.Emit("notes.full", nil) },
		"request": func() { send(t, w, "POST", "/tidy", ann, "") },
	} {
		answer, body := send(t, w, "POST", "/notes", ann, `{"title":"empty","text":""}`)
		tidied := w.Expect("notes", "Tidy")
		tidy()
		if ended := tidied.Wait(); ended.Err != nil {
			t.Errorf("%s: %v", way, ended.Err)
		}
		if gone, _ := send(t, w, "GET", answer.Header.Get("Location"), ann, ""); gone.StatusCode != http.StatusNotFound {
			t.Errorf("%s: have %s for the empty note, want it dropped: %s", way, gone.Status, body)
		}
	}
}
