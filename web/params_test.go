package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/enoki-go/enoki/web"
)

// Order is a request with parts from everywhere.
type Order struct {
	Shop   string   `path:"shop"`
	Limit  int      `query:"limit" default:"10" minimum:"1" maximum:"50"`
	Tenant string   `header:"X-Tenant" default:"nobody"`
	Token  string   `cookie:"token" default:"none"`
	Sort   string   `json:"sort" minLength:"2"`
	Notes  []string `json:"notes,omitempty"`
}

// Counter reads parameters of all kinds.
type Counter struct {
	_ web.Route `method:"Take" route:"POST /shops/{shop}/orders"`
	_ web.Route `method:"Add" route:"GET /add/{a}/{b}" args:"a,b"`
	_ web.Route `method:"Add" route:"GET /add/{a}" args:"a,b"`
	_ web.Route `method:"Add" route:"POST /add" args:"a,b"`
	_ web.Route `method:"Wait" route:"GET /wait/{long}"`
	_ web.Route `method:"Rest" route:"GET /files/{rest...}" args:"rest"`
	_ web.Route `method:"Sum" route:"PUT /sum" body:"100"`
	_ web.Route `method:"Sum" route:"PATCH /sum" body:"0"`
}

// Take returns what it was given as text.
func (*Counter) Take(o Order) string {
	return fmt.Sprint(o.Shop, " ", o.Limit, " ", o.Tenant, " ", o.Token, " ", o.Sort, " ", o.Notes)
}

// Add adds.
func (*Counter) Add(a, b int) int { return a + b }

// Wait returns a duration.
func (*Counter) Wait(long time.Duration) string { return long.String() }

// Rest returns the rest of a path.
func (*Counter) Rest(rest string) string { return rest }

// Sum adds what is in the body.
func (*Counter) Sum(all []int) (sum int) {
	for _, n := range all {
		sum += n
	}
	return sum
}

func TestParametersComeFromAllPartsOfARequest(t *testing.T) {
	t.Parallel()
	v, _ := launch(t, "", &Counter{})
	v.ask("POST", "/shops/graz/orders?limit=20", `{"sort":"Nashi","notes":["ripe"]}`, "X-Tenant", "acme", "Cookie", "token=t1").
		want(t, 200, "graz 20 acme t1 Nashi [ripe]")
	v.ask("POST", "/shops/graz/orders", `{"sort":"Nashi"}`).want(t, 200, "graz 10 nobody none Nashi []")
}

func TestParametersHaveTheNamesOfTheirTag(t *testing.T) {
	t.Parallel()
	v, _ := launch(t, "", &Counter{})
	v.get("/add/3/4").want(t, 200, "7")
	v.get("/add/3?b=5").want(t, 200, "8")
	v.ask("POST", "/add", `{"a":3,"b":6}`).want(t, 200, "9")
	v.get("/wait/1m30s").want(t, 200, "1m30s")
	v.get("/files/a/b%2Fc.txt").want(t, 200, "a/b/c.txt")
	v.ask("PUT", "/sum", `[1,2,3]`).want(t, 200, "6")
}

func TestRequestsThatDoNotFitAreRefusedWithThePlaces(t *testing.T) {
	t.Parallel()
	v, _ := launch(t, "", &Counter{})
	for _, tt := range []struct {
		method, path, body string
		places             string
	}{
		{"GET", "/add/3/four", "", "path.b"},
		{"GET", "/add/3?b=x", "", "query.b"},
		{"GET", "/add/3", "", "query.b"},
		{"POST", "/add", `{"a":3,"b":"4"}`, "body.b"},
		{"POST", "/add", `{"a":`, "body"},
		{"POST", "/add", ``, "body"},
		{"PUT", "/sum", `[1,"x"]`, "body[1]"},
		{"POST", "/shops/graz/orders?limit=51", `{"sort":"N","notes":[7]}`, "query.limit body.sort body.notes[0]"},
	} {
		p := v.ask(tt.method, tt.path, tt.body).problem(t, http.StatusBadRequest)
		var places []string
		for _, e := range p.Errors {
			places = append(places, e.Location)
			if e.Message == "" {
				t.Errorf("%s: have no message for %s", tt.path, e.Location)
			}
		}
		for want := range strings.FieldsSeq(tt.places) {
			if !strings.Contains(strings.Join(places, " "), want) {
				t.Errorf("%s %s %s: have %q, want %s", tt.method, tt.path, tt.body, places, want)
			}
		}
	}
	wantText(t, v.get("/add/3/four").body, `"location":"path.b"`, `"message":"`)
}

func TestBodyThatIsTooLargeIsRefused(t *testing.T) {
	t.Parallel()
	v, _ := launch(t, "web: {body: 2000}", &Counter{})
	large := "[" + strings.Repeat("1,", 60) + "1]"
	wantText(t, v.ask("PUT", "/sum", large).problem(t, http.StatusRequestEntityTooLarge).Detail, "100 bytes")
	v.ask("PUT", "/sum", "["+strings.Repeat("1,", 48)+"1]").want(t, 200, "49")

	wantText(t, v.ask("PATCH", "/sum", "[1]").problem(t, http.StatusRequestEntityTooLarge).Detail, "0 bytes")

	larger := `{"a":1,"b":2,"c":"` + strings.Repeat("x", 2000) + `"}`
	wantText(t, v.ask("POST", "/add", larger).problem(t, http.StatusRequestEntityTooLarge).Detail, "2000 bytes")
}

func TestDeeplyNestedBodyIsRefused(t *testing.T) {
	t.Parallel()
	v, _ := launch(t, "", &Counter{})
	v.ask("POST", "/add", strings.Repeat("[", 1<<20-1)).problem(t, http.StatusBadRequest)
	v.get("/add/3/4").want(t, 200, "7")
}
