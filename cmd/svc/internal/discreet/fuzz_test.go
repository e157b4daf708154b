package discreet_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/cmd/svc/internal/discreet"
	"github.com/enoki-go/enoki/events"
)

// Whatever the payload of a dead letter and the paths that it says are sensitive: what is
// shown is JSON, or nothing of the payload, and shows no value that stands only there.
func FuzzHide(f *testing.F) {
	const canary = "canary-9d0c47e1"
	f.Add([]byte(`{"password":"`+canary+`","name":"ann"}`), "application/json", "password")
	f.Add([]byte(`{"PASSWORD":["`+canary+`"],"user":[{"password":"x"}]}`), "", "password,user.password")
	f.Add([]byte(`["`+canary+`"]`), "", "a.b")
	f.Add([]byte("\x81\xa8password\xaf"+canary), "application/msgpack", "*")
	f.Add([]byte("\xdd\xff\xff\xff\xff"), "text/plain", ",")
	f.Add([]byte(`{"a":{"b":"`+canary+`"}}{}`), "application/json", "a.*")
	f.Add([]byte(strings.Repeat("[", 9000)), "", ".")
	f.Fuzz(func(t *testing.T, body []byte, contentType, list string) {
		r, paths := events.Raw{ContentType: contentType, Body: body}, strings.Split(list, ",")
		shown := discreet.Hide(r, paths)
		if len(body) > 0 && (!json.Valid(shown.Payload) || shown.Body != nil) {
			t.Errorf("%q: have %q, want JSON", body, shown)
		}
		if key := discreet.Key(canary, r, shown, paths); key == canary && !strings.Contains(string(shown.Payload), canary) {
			t.Errorf("%q: have the key, which is nowhere in %q", body, shown)
		}
		var object map[string]json.RawMessage
		if json.Unmarshal(body, &object) != nil {
			return
		}
		for name, value := range object {
			covered := strings.EqualFold(name, paths[0]) || paths[0] == "*"
			if covered && strings.Contains(string(value), canary) && strings.Count(string(body), canary) == 1 && strings.Contains(shown.String(), canary) {
				t.Errorf("%q: have %s, want it without %s", body, shown, name)
			}
		}
	})
}
