package api_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/enoki-go/enoki/dependency/redisdb/redistest"
	"github.com/enoki-go/enoki/examples/social/api"
	"github.com/enoki-go/enoki/examples/social/push"
	"github.com/enoki-go/enoki/examples/social/register"
	svctest "github.com/enoki-go/enoki/testing"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// social runs all three services in the process of the test.
func social(t *testing.T) *svctest.World {
	t.Helper()
	return svctest.New(t, &api.API{}, &push.Push{}, &register.Register{}, api.Options(),
		svctest.Config(fmt.Sprintf("REDIS_URIS: {development: %q}", redistest.URL(t))))
}

// post sends JSON to the API and returns the answer, which has to be JSON, too.
func post(t *testing.T, w *svctest.World, path, body string) (callID, answer string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.URL()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	got, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = got.Body.Close() }()
	text, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	if form := got.Header.Get("Content-Type"); got.StatusCode != http.StatusOK || form != "application/json" {
		t.Fatalf("POST %s %s: have %s, %s: %s", path, body, got.Status, form, text)
	}
	return got.Header.Get("X-Call-Id"), string(text)
}

// wantAnswer checks the answer to a request.
func wantAnswer(t *testing.T, w *svctest.World, path, body, want string) {
	t.Helper()
	if _, have := post(t, w, path, body); have != want {
		t.Errorf("POST %s %s: have %s, want %s", path, body, have, want)
	}
}
