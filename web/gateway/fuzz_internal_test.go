package gateway

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/rpc"
)

// Whatever the path and the method: a request goes to a method or a subject that is
// declared or allowed, or nowhere.
func FuzzDestinations(f *testing.F) {
	for _, path := range []string{
		"/shop/buy", "/shop/sell", "/open/door", "/open/%64oor", "/open//door", "/*/buy", "/shop/>", "/$SYS/REQ", "/_INBOX/x", "/svc/rpc/shop/buy", "/open/\x00", "",
		"/open/" + strings.Repeat("x/", 100), "/open/" + strings.Repeat("x", 65), "/shop.buy", "/mill/grind", "/mill/grind/fine", "/open", "/shop/../shop/buy", "/sh\u00f6p/buy",
	} {
		for _, verb := range []string{"POST", "GET", "get", "PURGE", "HEAD"} {
			f.Add(verb, path)
		}
	}
	announced := []string{"mill.*.get"}
	allowed := []string{"open.>", "loose.*.post"}
	table := tabulate(map[string]service{"shop": {methods: map[string]method{"buy": {}}}, "mill": {subjects: announced}}, nil)
	gate := &front{namespace: "svc", settings: settings{options: options{Subjects: allowed}}}
	f.Fuzz(func(t *testing.T, verb, path string) {
		words, err := wordsOf(path)
		if err != nil {
			return
		}
		to, err := gate.lookUp(table, verb, words)
		switch {
		case err != nil:
			if to != (destination{}) {
				t.Errorf("%s %q: have %+v beside %v", verb, path, to, err)
			}
		case to.subject == "":
			if to.service+"."+to.method != "shop.buy" || verb != http.MethodPost || strings.TrimPrefix(path, "/") != "shop/buy" {
				t.Errorf("%s %q calls %+v", verb, path, to)
			}
		default:
			fits := false
			for _, pattern := range append(announced, allowed...) {
				fits = fits || server.SubjectsCollide(pattern, to.subject)
			}
			if !fits || !server.IsValidLiteralSubject(to.subject) || len(to.subject) > 512 || rpc.CheckSubject(to.subject, "svc") != nil {
				t.Errorf("%s %q is sent to %q", verb, path, to.subject)
			}
			for word := range strings.SplitSeq(to.subject, ".") {
				if !broker.ValidName(word) {
					t.Errorf("%s %q is sent to %q", verb, path, to.subject)
				}
			}
		}
	})
}

// Whatever the query, the content type and the body: what is sent on is one JSON document,
// and an object where it goes to a subject.
func FuzzBodies(f *testing.F) {
	f.Add("a=1&a=2", "application/json", []byte(`{"a":[1],"b":null}`))
	f.Add("", "application/x-www-form-urlencoded", []byte(`a=1&b=%zz`))
	f.Add("", "application/x-www-form-urlencoded", []byte(`{"curl":"-d"}`))
	f.Add("%zz", "text/plain", []byte("\xff"))
	f.Add("a=%00", "", []byte(strings.Repeat("[", 5000)))
	f.Add("body=1", "application/problem+json; charset=x", []byte(`"text"`))
	f.Add("", "application/msgpack", []byte("\xdd\xff\xff\xff\xff"))
	f.Add("", "multipart/form-data; boundary=b", []byte("--b\r\n\r\n--b--"))
	f.Add("a;b", "a/b;;=", []byte(`{"a":1}{"b":2}`))
	f.Fuzz(func(t *testing.T, query, contentType string, body []byte) {
		r := httptest.NewRequest(http.MethodPost, "/x", nil)
		r.URL = &url.URL{Path: "/x", RawQuery: query}
		r.Header.Set("Content-Type", contentType)
		if args, err := argumentsOf(r, body); err == nil && len(body) > 0 && !json.Valid(args) {
			t.Errorf("%q: have the arguments %q, which are no JSON", body, args)
		}
		message, err := messageOf(r, body)
		if err != nil {
			return
		}
		var members map[string]json.RawMessage
		if err := json.Unmarshal(message, &members); err != nil || members == nil {
			t.Fatalf("%q and %q: have %q, which is no object", query, body, message)
		}
		values, _ := url.ParseQuery(query)
		for name := range values {
			if _, ok := members[asJSON(t, name)]; !ok {
				t.Errorf("%q and %q: have %q, without %q", query, body, message, name)
			}
		}
	})
}

// asJSON returns what is left of a text in JSON, which knows UTF-8 alone.
func asJSON(t *testing.T, text string) (left string) {
	t.Helper()
	data, err := json.Marshal(text)
	if err == nil {
		err = json.Unmarshal(data, &left)
	}
	if err != nil {
		t.Fatal(err)
	}
	return left
}

// A client may want less time than the gateway gives, never more and never none.
func FuzzTimeouts(f *testing.F) {
	for _, seed := range []string{"2s", "2", "0.5", "1e300", "-1", "NaN", "Inf", "-Inf", "0", "1h", "1e-30", "0x1p3", "1_0", " 1", "9223372036854775807ns"} {
		f.Add(seed)
	}
	const most = 30 * time.Second
	f.Fuzz(func(t *testing.T, text string) {
		if d, err := timeoutOf(text, most); err == nil && (d <= 0 || d > most) {
			t.Errorf("%q: have %v, want up to %v", text, d, most)
		}
	})
}

// Whatever services say of themselves: the table has the methods whose subjects are
// theirs, and no subject of the framework's.
func FuzzTable(f *testing.F) {
	f.Add("shop", "buy", "svc.rpc.shop.buy", "")
	f.Add("shop", "buy", "svc.rpc.bank.buy", "")
	f.Add("mill", "grind", "mill.>", "subject")
	f.Add("mill", "grind", "svc.rpc.>", "subject")
	f.Add("mill", "grind", ">", "subject")
	f.Add("mill", "a b", "$SYS.>", "subject")
	f.Fuzz(func(t *testing.T, name, endpoint, subject, kind string) {
		info := broker.Info{Identity: broker.Identity{Name: name}, Endpoints: []broker.Endpoint{
			{Name: endpoint, Subject: subject, Metadata: map[string]string{rpc.MetadataKind: kind}},
		}}
		table := tabulate(scan([]broker.Info{info}, "svc", time.Now()), nil)
		for _, s := range table.list() {
			for _, m := range s.Methods {
				if subject != "svc.rpc."+s.Name+"."+m {
					t.Errorf("have %s.%s of the subject %q", s.Name, m, subject)
				}
			}
		}
		for _, s := range table.subjects {
			if server.SubjectsCollide(s, "svc.>") || server.SubjectsCollide(s, "$SYS.>") || server.SubjectsCollide(s, "_INBOX.>") {
				t.Errorf("have the subject %q", s)
			}
		}
		if text := table.String(); text == "" {
			t.Error("the table says nothing")
		}
	})
}
