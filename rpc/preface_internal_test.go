package rpc

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/entrypoint"
)

func TestPrefaceIsReadAsItWasWritten(t *testing.T) {
	t.Parallel()
	call := &entrypoint.Call{ID: "me", Parents: []string{"a", "b"}}
	data := map[string]string{"k": "v=w", "long": strings.Repeat("x", 20_000), "empty": ""}
	front, ok := aside{left: 1500 * time.Millisecond, call: call, form: argsNamed, data: data}.append(nil)
	if !ok {
		t.Fatal("it does not fit")
	}
	p, body, prefaced, err := prefaceOf(&broker.Msg{Data: append(front, "body"...)})
	want := preface{left: "1500", stack: "a,b,me", form: argsNamed, data: data}
	if diff := cmp.Diff(want, p, cmp.AllowUnexported(preface{})); diff != "" || string(body) != "body" || !prefaced || err != nil {
		t.Errorf("body %q, %v, -want +have\n%s", body, err, diff)
	}
}

func TestHeadersCountMoreThanThePreface(t *testing.T) {
	t.Parallel()
	front, _ := aside{left: time.Second, form: argsNamed}.append(nil)
	p, _, _, err := prefaceOf(&broker.Msg{Data: front, Header: broker.Header{headerLeft: {"7"}}})
	if p.left != "7" || p.form != argsNamed || err != nil {
		t.Errorf("have %+v, %v, want the time of the header", p, err)
	}
}

func TestPrefaceThatIsTooLongIsNotWritten(t *testing.T) {
	t.Parallel()
	if _, ok := (aside{data: map[string]string{"k": strings.Repeat("x", maxPreface)}}).append(nil); ok {
		t.Error("it fits")
	}
}

func TestPrefaceThatCannotBeReadIsRefused(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		"\xc1", "\xc1l", "\xc1l\x05x", "\xc1l\x01x", "\xc1z\x00\x00", "\xc1l\xff\xff\xff\xff\x01", "\xc1d\x03a b\x00",
		"\xc1l\xff\xff\x03" + strings.Repeat("9", 65535) + "\x00",
	} {
		if _, _, _, err := prefaceOf(&broker.Msg{Data: []byte(body)}); err == nil {
			t.Errorf("%.20q: have no error, want one", body)
		}
	}
}

func FuzzPreface(f *testing.F) {
	front, _ := aside{left: time.Second, form: argsNamed, data: map[string]string{"a": "b"}}.append(nil)
	f.Add(append(front, "body"...))
	f.Add([]byte("\xc1\x00"))
	f.Add([]byte("\xc1s\x80\x80\x01"))
	f.Fuzz(func(t *testing.T, data []byte) {
		_, body, prefaced, err := prefaceOf(&broker.Msg{Data: data})
		if err == nil && prefaced != (len(data) > 0 && data[0] == prefaceMark) {
			t.Errorf("%q: have it prefaced %v", data, prefaced)
		}
		if err == nil && !strings.HasSuffix(string(data), string(body)) {
			t.Errorf("%q: have the body %q, want the end of it", data, body)
		}
	})
}
