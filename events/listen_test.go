package events_test

import (
	"context"
	"testing"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
	svctest "github.com/enoki-go/enoki/testing"
)

// heard is an event that somebody listened to.
type heard struct {
	info events.Info
	raw  events.Raw
}

// listen returns what is heard from now on.
func listen(t *testing.T, c *broker.Conn, pattern string) <-chan heard {
	t.Helper()
	all := make(chan heard, 100)
	sub, err := events.Listen(c, pattern, func(info events.Info, r events.Raw) { all <- heard{info, r} })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := sub.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	if err := c.Flush(await.Within(t)); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestListenerHearsWhatAPatternTakesIn(t *testing.T) {
	for pattern, want := range map[string][]string{
		">":                {"a.x", "a.x.y", "b.x"},
		"*.>":              {"a.x", "a.x.y", "b.x"},
		"a.>":              {"a.x", "a.x.y"},
		"a.*":              {"a.x"},
		"*.x":              {"a.x", "b.x"},
		"a.x.y":            {"a.x.y"},
		"a.*.y":            {"a.x.y"},
		"a.x.z":            nil,
		"other_source.x.>": nil,
	} {
		t.Run(pattern, func(t *testing.T) {
			t.Parallel()
			b := svctest.NewBroker(t)
			all := listen(t, dial(t, b, "tool").Connection(), pattern)
			a, last := dial(t, b, "a").Dispatcher(), dial(t, b, "b").Dispatcher()
			emit(t, a, "x", nil)
			emit(t, a, "x.y", nil)
			emit(t, last, "x", nil)
			for _, w := range want {
				h := await.Take(t, all)
				if have := h.info.Source + "." + h.info.Type; have != w {
					t.Errorf("have %s, want %s", have, w)
				}
			}
			if err := dial(t, b, "tool").Connection().Flush(await.Within(t)); err != nil || len(all) > 0 {
				t.Errorf("have %d more, %v, want none", len(all), err)
			}
		})
	}
}

func TestListenerHearsWhatIsKnownOfAnEvent(t *testing.T) {
	b := svctest.NewBroker(t)
	all := listen(t, dial(t, b, "tool").Connection(), "payments.paid")
	d := dial(t, b, "payments").Dispatcher()
	for _, options := range [][]events.EmitOption{nil, {events.Unreliable()}} {
		emit(t, d, "paid", Payment{"o1", 5}, append(options, events.ID("e1"), events.Key("k/1"))...)
		h := await.Take(t, all)
		if i := h.info; i.ID != "e1" || i.Key != "k/1" || i.Emitted.IsZero() {
			t.Errorf("have %+v", i)
		}
		if text, err := h.raw.JSON(); err != nil || string(text) != `{"amount":5,"order":"o1"}` {
			t.Errorf("have payload %s, %v", text, err)
		}
	}
}

func TestListenerKeepsNothingForAnybody(t *testing.T) {
	b := svctest.NewBroker(t)
	listen(t, dial(t, b, "tool").Connection(), ">")
	err := dial(t, b, "payments").Dispatcher()(t.Context(), "paid", nil, events.Mandatory())
	wantText(t, err, "nobody handles payments.paid")
}

func TestWhatIsNoPatternIsRefused(t *testing.T) {
	b := svctest.NewBroker(t)
	c := dial(t, b, "tool").Connection()
	for _, pattern := range []string{"", "payments", "payments.", ".paid", "*", ">.paid", "a b.c", "a.b c", "a.>.b", "a*.b", "a.b*"} {
		_, err := events.Listen(c, pattern, func(events.Info, events.Raw) {})
		wantText(t, err, `want "source.type", such as payments.paid`)
		if events.CheckPattern(pattern) == nil {
			t.Errorf("%q: have no error from CheckPattern", pattern)
		}
	}
}

func TestRawPayloadIsShownAsJSON(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		raw  events.Raw
		want string // "" where it cannot be read
	}{
		{events.Raw{}, `null`},
		{events.Raw{ContentType: "application/msgpack"}, `null`},
		{events.Raw{Body: []byte(`{"a": 18446744073709551616}`)}, `{"a": 18446744073709551616}`},
		{events.Raw{Body: []byte("\x82\xa1a\x01\xa1b\xc4\x01x")}, `{"a":1,"b":"eA=="}`},
		{events.Raw{ContentType: "application/msgpack", Body: []byte("\x05")}, `5`},
		{events.Raw{ContentType: "application/json", Body: []byte(`{`)}, ``},
		{events.Raw{ContentType: "application/msgpack", Body: []byte("\x82")}, ``},
		{events.Raw{ContentType: "text/csv", Body: []byte(`1,2`)}, ``},
	} {
		if text, err := tt.raw.JSON(); string(text) != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("%q of %q: have %s, %v, want %s", tt.raw.Body, tt.raw.ContentType, text, err, tt.want)
		}
	}
}

// What anybody sends to the subject of an event is heard, whatever it says.
func TestListenerHearsEventsOfForeignPrograms(t *testing.T) {
	b := svctest.NewBroker(t)
	all := listen(t, dial(t, b, "tool").Connection(), ">")
	nc := plain.Conn(t, b.URL())
	if err := nc.Publish("svc.evt.legacy.-.saved", []byte(`{"n":1}`)); err != nil {
		t.Fatal(err)
	}
	h := await.Take(t, all)
	if h.info.Source != "legacy" || h.info.Type != "saved" || !h.info.Emitted.IsZero() || string(h.raw.Body) != `{"n":1}` {
		t.Errorf("have %+v", h)
	}
}
