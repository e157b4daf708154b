package telemetry_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/internal/await"
	svctest "github.com/enoki-go/enoki/testing"
)

// canary is what must not be seen.
const canary = "canary-7f3a"

// In an argument, a path, a query, a header, a result, the text of an error, its cause,
// the value of a panic, context data, an event and a durable call.
func TestNoSpanAndNoMetricHasWhatCallsSay(t *testing.T) {
	t.Parallel()
	spans, options := record(t)
	w := svctest.New(t, append(newsroom(), &Ward{}, &Nurse{}, options, svctest.Config("web: {headers: {X-Token: auth_token}}"))...)
	handled, printed := w.Expect("ledger", "OnWritten"), w.Expect("printer", "Print")
	ctx := entrypoint.WithData(await.Within(t), "auth_token", canary)
	for _, how := range []string{"fine", "shut", "away", "odd", "panic"} {
		result, err := w.Client().Proxy("nurse").Call(ctx, "look", how+" "+canary)
		if said := fmt.Sprint(result, err); how != "away" && how != "fine" && !strings.Contains(said, canary) {
			t.Errorf("%s: have %s, want the canary: the test would see nothing", how, said)
		}
		fetch(t, request(t, "GET", w.URL()+"/wards/"+how+"%20"+canary+"?q="+canary, "", "X-Token: "+canary))
	}
	fetch(t, request(t, "POST", w.URL()+"/articles/7/comments", `{"text":"`+canary+`"}`, "X-Token: "+canary))
	if have := handled.Wait().Call.Data["auth_token"]; have != canary {
		t.Errorf("have the token %q in the event, want the canary: the test would see nothing", have)
	}
	printed.Wait()
	all := spans.wait(5*4 + 9)
	for _, s := range all {
		text, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		if s := string(text) + fmt.Sprintf("%+v", s); strings.Contains(s, canary) {
			t.Errorf("have the canary in a span: %s", s)
		}
	}
	text := scrape(t, w.URL())
	wantLines(t, text, `svc_call_duration_seconds_count{code="internal",kind="rpc",method="fail",service="ward"} 2`)
	if strings.Contains(text, canary) {
		t.Error("have the canary in a metric")
	}
}
