package web_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/enoki-go/enoki/web"
)

// Pear is what is sold.
type Pear struct {
	Sort  string `json:"sort"`
	Grams int    `json:"grams,omitempty"`
}

// Forms has a route for every form of a result.
type Forms struct {
	_ web.Route `method:"Text" route:"GET /text"`
	_ web.Route `method:"Bytes" route:"GET /bytes"`
	_ web.Route `method:"JSON" route:"GET /json"`
	_ web.Route `method:"List" route:"GET /list"`
	_ web.Route `method:"Several" route:"GET /several"`
	_ web.Route `method:"Nothing" route:"GET /nothing"`
	_ web.Route `method:"Null" route:"GET /null"`
	_ web.Route `method:"JSON" route:"PUT /made" status:"201"`
	_ web.Route `method:"Nothing" route:"PUT /accepted" status:"202"`
	_ web.Route `method:"Reply" route:"GET /reply"`
	_ web.Route `method:"Moved" route:"GET /moved"`
	_ web.Route `method:"Plain" route:"GET /plain" status:"203"`
	_ web.Route `method:"Page" route:"GET /page"`
	_ web.Route `method:"Wrong" route:"GET /wrong/{status}" args:"status"`
}

// The methods return what their names say.
func (*Forms) Text() string           { return "grüß <b>dich</b>" }
func (*Forms) Bytes() []byte          { return []byte{0, 1, 2} }
func (*Forms) JSON() Pear             { return Pear{"Conference <3", 200} }
func (*Forms) List() ([]Pear, error)  { return []Pear{}, nil }
func (*Forms) Several() (Pear, int)   { return Pear{Sort: "Nashi"}, 7 }
func (*Forms) Nothing() error         { return nil }
func (*Forms) Null() *Pear            { return nil }
func (*Forms) Plain() web.Reply[Pear] { return web.Reply[Pear]{Body: Pear{Sort: "Nashi"}} }
func (*Forms) Moved() web.Reply[any] {
	return web.Reply[any]{Status: http.StatusSeeOther, Header: http.Header{"Location": {"/text"}}}
}

func (*Forms) Reply() (web.Reply[Pear], error) {
	return web.Reply[Pear]{Status: http.StatusCreated, Header: http.Header{"Location": {"/pears/7"}, "X-Many": {"a", "b"}}, Body: Pear{Sort: "Nashi"}}, nil
}

func (*Forms) Page() web.Reply[string] {
	return web.Reply[string]{Header: http.Header{"Content-Type": {"text/html; charset=utf-8"}}, Body: "<p>Nashi</p>"}
}

func (*Forms) Wrong(status int) web.Reply[string] {
	return web.Reply[string]{Status: status, Body: "?"}
}

func TestResultsAreWrittenByTheirTypes(t *testing.T) {
	t.Parallel()
	v, _ := launch(t, "", &Forms{})
	for _, tt := range []struct {
		method, path string
		status       int
		contentType  string
		body         string
	}{
		{"GET", "/text", 200, "text/plain; charset=utf-8", "grüß <b>dich</b>"},
		{"GET", "/bytes", 200, "application/octet-stream", "\x00\x01\x02"},
		{"GET", "/json", 200, "application/json", `{"sort":"Conference <3","grams":200}`},
		{"GET", "/list", 200, "application/json", `[]`},
		{"GET", "/several", 200, "application/json", `[{"sort":"Nashi"},7]`},
		{"GET", "/nothing", 204, "", ""},
		{"GET", "/null", 200, "application/json", "null"},
		{"PUT", "/made", 201, "application/json", `{"sort":"Conference <3","grams":200}`},
		{"PUT", "/accepted", 202, "", ""},
		{"GET", "/reply", 201, "application/json", `{"sort":"Nashi"}`},
		{"GET", "/moved", 303, "", ""},
		{"GET", "/plain", 203, "application/json", `{"sort":"Nashi"}`},
		{"GET", "/page", 200, "text/html; charset=utf-8", "<p>Nashi</p>"},
	} {
		a := v.ask(tt.method, tt.path, "")
		a.want(t, tt.status, tt.body)
		a.wantHeader(t, "Content-Type", tt.contentType)
		if a.Header.Get("X-Call-Id") == "" {
			t.Errorf("%s: have no X-Call-Id", tt.path)
		}
	}
}

func TestReplyHasHeadersOfItsOwn(t *testing.T) {
	t.Parallel()
	v, _ := launch(t, "", &Forms{})
	a := v.get("/reply")
	a.wantHeader(t, "Location", "/pears/7")
	if many := a.Header.Values("X-Many"); len(many) != 2 {
		t.Errorf("have X-Many %q, want a and b", many)
	}
	v.get("/moved").wantHeader(t, "Location", "/text")
}

func TestReplyWithAStatusThatIsNoneIsAnErrorThatTheLogExplains(t *testing.T) {
	t.Parallel()
	a, log := app(t, "", &Forms{})
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	v := visit(t, log.url(t))
	for _, status := range []string{"42", "101", "600", "1000", "-1"} {
		v.get("/wrong/"+status).problem(t, http.StatusInternalServerError)
		wantText(t, log, "have status "+status+", want 200 to 599")
	}
	v.get("/wrong/599").want(t, 599, "?")
}

func TestStatusThatForbidsABodyHasNone(t *testing.T) {
	t.Parallel()
	v, _ := launch(t, "", &Forms{})
	for _, status := range []int{http.StatusNoContent, http.StatusNotModified} {
		a := v.get(fmt.Sprint("/wrong/", status))
		a.want(t, status, "")
		a.wantHeader(t, "Content-Length", "")
	}
}

func TestHEADAnswersAsGETWithoutItsBody(t *testing.T) {
	t.Parallel()
	v, _ := launch(t, "", &Forms{})
	a := v.ask(http.MethodHead, "/json", "")
	a.want(t, 200, "")
	a.wantHeader(t, "Content-Type", "application/json")
	a.wantHeader(t, "Content-Length", "36")
	v.ask(http.MethodHead, "/missing", "").want(t, 404, "")
}

func TestPathsWithoutARouteAreNotFound(t *testing.T) {
	t.Parallel()
	v, _ := launch(t, "", &Forms{})
	for _, path := range []string{"/", "/missing", "/text/", "/text/more", "/Text", "/%00", "/*", "/text%2f", "/%2e%2e/text", "//"} {
		a := v.get(path)
		for range 2 { // a path that is not clean leads to the clean one
			if a.StatusCode/100 == 3 {
				a = v.get(a.Header.Get("Location"))
			}
		}
		if p := a.problem(t, http.StatusNotFound); p.Code != "not_found" {
			t.Errorf("%s: have %+v", path, p)
		}
	}
}

func TestOtherMethodsAreRefusedWithThoseThatThereAre(t *testing.T) {
	t.Parallel()
	v, _ := launch(t, "", &Forms{})
	for method, path := range map[string]string{"POST": "/text", "DELETE": "/made", "OPTIONS": "/text", "BREW": "/text"} {
		a := v.ask(method, path, "")
		a.problem(t, http.StatusMethodNotAllowed)
		want := "GET, HEAD"
		if path == "/made" {
			want = "PUT"
		}
		a.wantHeader(t, "Allow", want)
	}
}

func TestPathsAreCleanedBeforeTheyAreRouted(t *testing.T) {
	t.Parallel()
	v, _ := launch(t, "", &Forms{})
	for _, path := range []string{"//text", "/a/../text", "/./text", "/../../text"} {
		a := v.get(path)
		if a.StatusCode/100 != 3 || a.Header.Get("Location") != "/text" {
			t.Errorf("%s: have %d to %q, want a redirect to /text", path, a.StatusCode, a.Header.Get("Location"))
		}
	}
}
