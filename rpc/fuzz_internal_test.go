package rpc

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	nats "github.com/nats-io/nats-server/v2/server"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/codec"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/fault"
)

// Headers say what a preface says, and what is refused there is refused here.
func FuzzHeadersOfCalls(f *testing.F) {
	for _, seed := range [][4]string{
		{"1500", "a,b", "named", "x"},
		{"-1", "", "", ""},
		{"9223372036854775807", "", "", ""},
		{"2592000001", ",", "x", "\r\n"},
		{"0", strings.Repeat("a,", 600), "", "%00"},
		{" 1", strings.Repeat("a", 200), "", ""},
		{"1e3", ",,", "\x00", "100%"},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3])
	}
	f.Fuzz(func(t *testing.T, left, stack, form, value string) {
		h := broker.Header{headerLeft: {left}, headerStack: {stack}, headerArgs: {form}, "Svc-Data-tenant": {broker.EscapeHeader(value)}}
		p, body, prefaced, err := prefaceOf(&broker.Msg{Header: h, Data: []byte("body")})
		want := preface{left, stack, form, map[string]string{"tenant": value}}
		if diff := cmp.Diff(want, p, cmp.AllowUnexported(preface{})); diff != "" || string(body) != "body" || prefaced || err != nil {
			t.Errorf("body %q, %v, -want +have\n%s", body, err, diff)
		}
		if d, err := leftOf(left, defaultTimeout); err == nil && (d < 0 || d > maxLeft) {
			t.Errorf("%q: have %v, want at most %v", left, d, maxLeft)
		}
		if checkIDs("", stack) != nil {
			return
		}
		parents := parentsOf(stack)
		if len(parents) > entrypoint.MaxParents || !strings.HasSuffix(stack, strings.Join(parents, ",")) {
			t.Errorf("%q: have %d parents %.200q, want the last %d", stack, len(parents), parents, entrypoint.MaxParents)
		}
		for _, id := range parents {
			if len(id) > maxID {
				t.Errorf("%q: have an id of %d bytes", stack, len(id))
			}
		}
	})
}

// What a caller writes in front of a body is read as it was written.
func FuzzPrefaceIsReadAsItWasWritten(f *testing.F) {
	f.Add(int64(1500), "id", "a,b", "named", "tenant", "v=w\x00")
	f.Add(int64(0), "", "", "", "", "")
	f.Add(int64(1<<40), ",", strings.Repeat("a,", 100), "\xff", "a.b", strings.Repeat("x", 70_000))
	f.Fuzz(func(t *testing.T, left int64, id, stack, form, key, value string) {
		call := &entrypoint.Call{ID: id, Parents: parentsOf(stack)}
		data := map[string]string{}
		if broker.ValidName(key) {
			data[key] = value
		}
		a := aside{left: time.Duration(left), call: call, form: form, data: data}
		front, ok := a.append(nil)
		if !ok {
			return
		}
		p, body, prefaced, err := prefaceOf(&broker.Msg{Data: append(front, "body"...)})
		if err != nil || !prefaced || string(body) != "body" {
			t.Fatalf("have the body %q, %v, of what was written", body, err)
		}
		if p.stack != strings.Join(call.Stack(), ",") || p.form != form || len(p.data) != len(data) || p.data[key] != data[key] {
			t.Errorf("have %+v, want %+v", p, a)
		}
	})
}

// An error comes back as it was sent, and what no service of ours sends is an error too.
func FuzzErrorsOfAnswers(f *testing.F) {
	f.Add("404", codec.JSON.ContentType(), "no", []byte(`{"code":"not_found","name":"shop.gone","message":"no","details":{"a":1}}`))
	f.Add("500", codec.Msgpack.ContentType(), "x", []byte("\x82\xa4code\xa8internal\xa7message\xa1x"))
	f.Add("418", "text/html", "teapot", []byte("<p>"))
	f.Add("-1", "", "", []byte("\xdd\xff\xff\xff\xff"))
	f.Add("999999999999999999999", "application/json", "\r\n", []byte(strings.Repeat("[", 5000)))
	f.Add("500", "application/json", "", []byte(`{"code":"nobody knows","name":"svc.timeout"}`))
	f.Fuzz(func(t *testing.T, status, contentType, message string, data []byte) {
		m := &broker.Msg{Header: broker.Header{headerCode: {status}, headerType: {contentType}, headerMessage: {message}}, Data: data}
		err := fromWire(m)
		if status == "" {
			if err != nil {
				t.Errorf("have %v of an answer that is no error", err)
			}
			return
		}
		e, ok := errors.AsType[*fault.Error](err)
		if !ok || !e.Code.Valid() {
			t.Fatalf("%q: have %v, want an error with a code", data, err)
		}
		_ = e.Decode(new(map[string]any))
		w := toWire(e)
		if !w.Code.Valid() || strings.HasPrefix(w.Name, fault.Reserved) {
			t.Errorf("%q: is passed on as %+v", data, w)
		}
		for name, values := range w.headers(contentType) {
			if name != headerType && (strings.ContainsAny(values[0], "\r\n") || len(values[0]) > maxHeader+3 && name == headerMessage) {
				t.Errorf("header %s: have %q, want one line", name, values[0])
			}
		}
		body, bad := codec.JSON.Append(nil, w)
		if bad != nil {
			return // details that JSON has no words for; who answers says so
		}
		again, _ := errors.AsType[*fault.Error](fromWire(&broker.Msg{Header: w.headers(codec.JSON.ContentType()), Data: body}))
		if again == nil || again.Code != w.Code || again.Name != w.Name || string([]rune(again.Message)) != string([]rune(w.Message)) {
			t.Errorf("have %+v, want %+v", again, w)
		}
	})
}

// An answer of a worker on a subject has a status of HTTP and data that are JSON.
func FuzzAnswersOnSubjects(f *testing.F) {
	for _, seed := range []string{`{"code":200,"data":{"a":1}}`, `{"code":99}`, `{"code":600}`, `{"code":"200"}`, `{"code":200,"data":`, ``, `null`, "\x81\xa4code\xcc\xc8", strings.Repeat("[", 5000)} {
		f.Add([]byte(seed), "", "")
	}
	f.Add([]byte{}, "503", "\xff")
	f.Add([]byte("no"), "404", "there is none")
	f.Fuzz(func(t *testing.T, data []byte, status, message string) {
		m := &broker.Msg{Data: data}
		if status != "" {
			m.Header = broker.Header{headerCode: {status}, headerMessage: {message}}
		}
		a, err := answerOf(m)
		if err != nil {
			return
		}
		if a.Code < http.StatusOK || a.Code > maxStatus || len(a.Data) > 0 && !json.Valid(a.Data) {
			t.Errorf("%q, %q: have %d and %q", data, status, a.Code, a.Data)
		}
	})
}

// A subject that a user may choose is one for the broker, and takes in none of ours.
func FuzzCheckSubject(f *testing.F) {
	for _, seed := range []string{
		"foo.bar", "foo.*", "foo.>", ">", "*", "*.a", "$SYS.a", "_INBOX.a", "svc.rpc.a", "svc", "svcs.a", "a..b", ".a", "a.", "a b", "a\x00", "a.>.b", "a*", "",
		strings.Repeat("a.", 300), strings.Repeat("a", 5000),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, subject string) {
		if CheckSubject(subject, "svc") != nil {
			return
		}
		if !nats.IsValidSubject(subject) || len(subject) > maxSubject {
			t.Errorf("%q is allowed, and no subject of the broker", subject)
		}
		for _, ours := range []string{"svc.>", "svc", "$SYS.>", "$JS.>", "$KV.>", "_INBOX.>", "_R_.>"} {
			if nats.SubjectsCollide(subject, ours) || overlap(subject, ours) {
				t.Errorf("%q is allowed, and takes in some of %s", subject, ours)
			}
		}
	})
}

// alike reports whether SubjectsCollide reads a subject as the broker does: it takes each
// token that begins with * or > for a wildcard.
func alike(subject string) bool {
	return nats.IsValidSubject(subject) && !slices.ContainsFunc(strings.Split(subject, "."), func(token string) bool {
		return len(token) > 1 && strings.ContainsAny(token[:1], "*>")
	})
}

// The broker's word on which patterns overlap counts.
func FuzzOverlap(f *testing.F) {
	for _, seed := range [][2]string{{"a.b", "a.*"}, {"a.>", "a"}, {"a.*.c", "a.b.*"}, {">", "a"}, {"a.b", "a.b.c"}, {"*.>", "a.b"}} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		have := overlap(a, b)
		if have != overlap(b, a) {
			t.Errorf("%q and %q: the order matters", a, b)
		}
		if alike(a) && alike(b) && nats.SubjectsCollide(a, b) && !have {
			t.Errorf("%q and %q: have no overlap, and the broker says that there is", a, b)
		}
	})
}
