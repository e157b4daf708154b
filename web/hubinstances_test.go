package web_test

import (
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats.go"

	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/internal/await"
	svctest "github.com/enoki-go/enoki/testing"
	"github.com/enoki-go/enoki/web"
)

// pair starts two instances of Chat on a broker, with a client at each.
func pair(t *testing.T) (b *svctest.Broker, here, there *talker, second *svctest.World) {
	t.Helper()
	b = svctest.NewBroker(t)
	v1, _ := open(t, b, newChat())
	v2, second := open(t, b, newChat())
	return b, talk(t, v1.url), talk(t, v2.url), second
}

func TestBroadcastReachesEachClientOfEachInstanceOnce(t *testing.T) {
	t.Parallel()
	_, here, there, _ := pair(t)
	here.join("a")
	there.join("a")
	for i := range 50 { // one after the other: requests of a socket overtake each other
		here.request("say", Message{"a", strconv.Itoa(i)})
		if first, second := here.hear(), here.hear(); first.Type+second.Type != "eventresult" {
			t.Fatalf("have %+v and %+v, want the event once, then the result", first, second)
		}
	}
	for i := range 50 {
		there.wantEvent("a", "said", strconv.Quote(strconv.Itoa(i)))
	}
	there.silent()
}

func TestUnicastReachesASocketOfAnotherInstance(t *testing.T) {
	t.Parallel()
	_, here, there, _ := pair(t)
	here.wantResult("whisper", []string{there.id, "psst"}, "true")
	there.wantEvent("", "whispered", `"psst"`)
	here.wantResult("whisper", []string{there.id + "x", "psst"}, "false")
	there.silent()
}

func TestUnicastToAnInstanceThatIsGoneIsFalseAtOnce(t *testing.T) {
	t.Parallel()
	_, here, there, second := pair(t)
	second.Stop()
	began := time.Now()
	here.wantResult("whisper", []string{there.id, "psst"}, "false")
	if took := time.Since(began); took > time.Second {
		t.Errorf("the answer took %v, want it at once", took)
	}
}

// One that is there but does not answer holds a call up for two seconds.
func TestUnicastToAnInstanceThatDoesNotAnswerEnds(t *testing.T) {
	t.Parallel()
	b, here, _, _ := pair(t)
	nc, err := nats.Connect(b.URL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	if _, err := nc.SubscribeSync("svc.hub.chat.mute"); err != nil {
		t.Fatal(err)
	}
	if err := nc.FlushTimeout(await.Patience); err != nil {
		t.Fatal(err)
	}
	here.ask("whisper", []string{"mute.x", "psst"}).wantError(t, "timeout", "did not answer within 2s")
}

func TestSubscriptionsWorkFromAnotherInstance(t *testing.T) {
	t.Parallel()
	_, here, there, second := pair(t)
	hook := func(method string, args ...any) any {
		t.Helper()
		out, err := second.Hook(t.Context(), "chat", method, args...)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	hook("Invite", here.id, "b")
	hook("Invite", here.id, "a")
	if diff := cmp.Diff([]string{"a", "b"}, hook("RoomsOf", here.id)); diff != "" {
		t.Errorf("rooms (-want +have):\n%s", diff)
	}
	there.wantResult("say", Message{"a", "hello"}, "null")
	here.wantEvent("a", "said", `"hello"`)
	hook("Expel", here.id, "a")
	here.wantResult("rooms", nil, `["b"]`)
	for _, id := range []string{here.id + "x", "gone.x", "x"} {
		if _, err := second.Hook(t.Context(), "chat", "Invite", id, "a"); !errors.Is(err, web.ErrUnknownSocket) {
			t.Errorf("subscribe %q: have %v, want %v", id, err, web.ErrUnknownSocket)
		}
	}
	if _, err := second.Hook(t.Context(), "chat", "Invite", here.id, ""); fault.CodeOf(err) != fault.Invalid {
		t.Errorf("subscribe a channel without a name: have %v, want it refused as invalid", err)
	}
}

func TestHubsHearEachOtherAgainAfterTheBrokerWasAway(t *testing.T) {
	t.Parallel()
	b, here, there, _ := pair(t)
	there.join("a")
	b.Stop()
	await.Until(t, "the first has noticed", func() bool {
		return here.ask("say", Message{"b", "lost"}).Error.Code == "unavailable"
	})
	b.Restart()
	await.Until(t, "both are connected again", func() bool {
		return string(here.ask("whisper", []string{there.id, "back"}).Data) == "true"
	}, 20*time.Second)
	there.wantEvent("", "whispered", `"back"`)
	here.wantResult("say", Message{"a", "hello"}, "null")
	there.wantEvent("a", "said", `"hello"`)
}

func TestForeignMessagesToAHubAreDropped(t *testing.T) {
	t.Parallel()
	b, here, there, second := pair(t)
	there.join("a")
	nc, err := nats.Connect(b.URL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	stolen, err := nc.SubscribeSync("payments.pay")
	if err != nil {
		t.Fatal(err)
	}
	instance, _, _ := strings.Cut(there.id, ".")
	for _, body := range []string{"", "x", "[]", strings.Repeat("[", 100_000), `{"op":"sing"}`, `{"op":"unicast","socket":"x"}`} {
		for _, reply := range []string{"", "payments.pay"} {
			for _, subject := range []string{"svc.hub.chat.all", "svc.hub.chat." + instance} {
				if err := nc.PublishMsg(&nats.Msg{Subject: subject, Reply: reply, Data: []byte(body)}); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	answer, err := nc.Request("svc.hub.chat."+instance, []byte(`{"op":"sing"}`), await.Patience)
	if err != nil {
		t.Fatal(err)
	}
	wantText(t, string(answer.Data), `"code":"invalid"`, `sing`, "want unicast, subscribe, unsubscribe or subscriptions")
	here.wantResult("say", Message{"a", "hello"}, "null")
	there.wantEvent("a", "said", `"hello"`)
	if n, _, _ := stolen.Pending(); n > 0 {
		t.Errorf("%d answers went to a subject that is no inbox", n)
	}
	wantText(t, second.Log(), "its reply subject is not an inbox")
}
