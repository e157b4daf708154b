package web_test

import (
	"context"
	"errors"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
	svctest "github.com/enoki-go/enoki/testing"
	"github.com/enoki-go/enoki/web"
)

// Chat is a hub that clients reach by sockets, and others by calls and events.
type Chat struct {
	_ service.Name   `name:"chat"`
	_ web.Socket     `method:"Join"`
	_ web.Socket     `method:"Leave"`
	_ web.Socket     `method:"Rooms"`
	_ web.Socket     `method:"Say"`
	_ web.Socket     `method:"Whisper" args:"to,text"`
	_ web.Socket     `method:"Ping"`
	_ web.Socket     `method:"Left" on:"disconnect"`
	_ rpc.Method     `method:"Say"`
	_ rpc.Method     `method:"Whisper" args:"to,text"`
	_ rpc.Method     `method:"Invite" args:"socket,room"`
	_ rpc.Method     `method:"Expel" args:"socket,room"`
	_ rpc.Method     `method:"RoomsOf"`
	_ events.Handler `method:"Say" source:"news" event:"published" reliable:"false"`

	Hub *web.Hub

	left chan []string // rooms of those who left
}

func newChat() *Chat { return &Chat{left: make(chan []string, 10)} }

// Join lets the client hear a room.
func (c *Chat) Join(ctx context.Context, room string) error {
	return c.Hub.Subscribe(web.SocketFrom(ctx).ID(), room)
}

// Leave undoes Join.
func (c *Chat) Leave(ctx context.Context, room string) error {
	return c.Hub.Unsubscribe(web.SocketFrom(ctx).ID(), room)
}

// Rooms returns those of the client.
func (c *Chat) Rooms(ctx context.Context) []string {
	return c.Hub.Subscriptions(web.SocketFrom(ctx).ID())
}

// Message is what is said.
type Message struct {
	Room string `json:"room"`
	Text string `json:"text"`
}

// Say tells a room.
func (c *Chat) Say(ctx context.Context, m Message) error {
	switch m.Text {
	case "nonsense":
		return c.Hub.Broadcast(ctx, m.Room, "said", func() {})
	case "depths":
		deep := any(0)
		for range 32 { // as deep as a message may be, without what is around it
			deep = []any{deep}
		}
		return c.Hub.Broadcast(ctx, m.Room, "said", deep)
	}
	return c.Hub.Broadcast(ctx, m.Room, "said", m.Text)
}

// Whisper tells one socket.
func (c *Chat) Whisper(ctx context.Context, to, text string) (bool, error) {
	return c.Hub.Unicast(ctx, to, "whispered", text)
}

// Invite lets any socket hear a room, Expel undoes it.
func (c *Chat) Invite(socket, room string) error { return c.Hub.Subscribe(socket, room) }

// Expel undoes Invite.
func (c *Chat) Expel(socket, room string) error { return c.Hub.Unsubscribe(socket, room) }

// RoomsOf returns the rooms of any socket.
func (c *Chat) RoomsOf(socket string) []string { return c.Hub.Subscriptions(socket) }

// Ping does nothing.
func (*Chat) Ping() {}

// Left runs when a client has gone.
func (c *Chat) Left(ctx context.Context) { c.left <- c.Hub.Subscriptions(web.SocketFrom(ctx).ID()) }

func (c *talker) join(room string) {
	c.t.Helper()
	c.wantResult("join", room, "null")
}

// silent checks that nothing was sent but the answer to a request.
func (c *talker) silent() {
	c.t.Helper()
	c.wantResult("ping", nil, "null")
}

func TestBroadcastReachesThoseWhoHaveSubscribed(t *testing.T) { // pub_sub
	t.Parallel()
	v, _ := open(t, newChat())
	in, too, out := talk(t, v.url), talk(t, v.url), talk(t, v.url)
	in.join("a")
	in.join("a") // again
	in.join("b")
	too.join("a")
	out.join("b")
	out.wantResult("say", Message{"a", "hello"}, "null")
	in.wantEvent("a", "said", `"hello"`)
	too.wantEvent("a", "said", `"hello"`)
	in.silent()
	out.silent()
	in.wantResult("rooms", nil, `["a","b"]`)
}

func TestNothingIsHeardAfterUnsubscribe(t *testing.T) { // unsubscribe
	t.Parallel()
	v, _ := open(t, newChat())
	c, other := talk(t, v.url), talk(t, v.url)
	c.join("a")
	c.join("b")
	c.wantResult("leave", "a", "null")
	c.wantResult("leave", "never", "null")
	other.wantResult("say", Message{"a", "one"}, "null")
	other.wantResult("say", Message{"b", "two"}, "null")
	c.wantEvent("b", "said", `"two"`)
	c.wantResult("rooms", nil, `["b"]`)
}

func TestClosedSocketIsGoneFromItsChannels(t *testing.T) { // close
	t.Parallel()
	chat := newChat()
	v, w := open(t, chat)
	c, other := talk(t, v.url), talk(t, v.url)
	c.join("a")
	c.join("b")
	_ = c.ws.Close()
	if rooms := await.Take(t, chat.left); strings.Join(rooms, " ") != "a b" {
		t.Errorf("the disconnect method sees %v, want a and b", rooms)
	}
	other.wantResult("say", Message{"a", "anyone?"}, "null")
	other.wantResult("whisper", []string{c.id, "psst"}, "false")
	await.Until(t, "the socket is forgotten", func() bool {
		_, err := w.Client().Proxy("").Call(await.Within(t), "chat.invite", c.id, "a")
		return errors.Is(err, web.ErrUnknownSocket) || fault.CodeOf(err) == fault.NotFound
	})
}

func TestUnicastReachesOneSocketOnly(t *testing.T) { // unicast, unicast_unknown
	t.Parallel()
	v, _ := open(t, newChat())
	c, other := talk(t, v.url), talk(t, v.url)
	other.wantResult("whisper", []string{c.id, "psst"}, "true")
	c.wantEvent("", "whispered", `"psst"`)
	instance, _, _ := strings.Cut(c.id, ".")
	for _, unknown := range []string{
		"", "x", ".", instance, instance + ".", instance + ".unknown", "elsewhere.unknown",
		"*.x", ">.x", "all.x", "a b.x", "$SYS.x", "_INBOX.x", strings.Repeat("x", 100) + ".x",
	} {
		if f := other.ask("whisper", []string{unknown, "psst"}); string(f.Data) != "false" {
			t.Errorf("unicast to %q: have %s %+v, want false", unknown, f.Data, f.Error)
		}
	}
	c.silent()
}

func TestDataThatCannotBeEncodedReachesNobody(t *testing.T) { // badly_encoded_data
	t.Parallel()
	v, w := open(t, newChat())
	c := talk(t, v.url)
	c.join("a")
	c.ask("say", Message{"a", "nonsense"}).wantError(t, "internal")
	c.ask("say", Message{"a", "depths"}).wantError(t, "internal")
	c.silent()
	wantText(t, w.Log(), "broadcast on a", "encode func()", "nested too deep")
}

func TestHubIsUsedByCallsAndEvents(t *testing.T) {
	t.Parallel()
	v, w := open(t, newChat())
	c := talk(t, v.url)
	svctest.Call[any](w, "chat.invite", c.id, "a")
	svctest.Call[any](w, "chat.say", Message{"a", "by a call"})
	c.wantEvent("a", "said", `"by a call"`)
	w.Emit("news.published", Message{"a", "by an event"})
	c.wantEvent("a", "said", `"by an event"`)
	svctest.Call[any](w, "chat.expel", c.id, "a")
	svctest.Call[any](w, "chat.say", Message{"a", "nobody listens"})
	c.silent()
}

func TestChannelsOfASocketAreBounded(t *testing.T) {
	t.Parallel()
	v, w := open(t, newChat())
	c := talk(t, v.url)
	c.ask("join", "").wantError(t, "invalid", "channel: have a name of 0 bytes")
	c.ask("join", strings.Repeat("x", 129)).wantError(t, "invalid", "129 bytes, want 1 to 128")
	for i := range 1000 {
		svctest.Call[any](w, "chat.invite", c.id, strconv.Itoa(i))
	}
	c.join("999") // again
	c.ask("join", "1000").wantError(t, "exhausted", "1000 channels")
	c.ask("say", Message{"", "hello"}).wantError(t, "invalid", "channel: have a name of 0 bytes")
}

func TestHubWithoutABrokerServesItsOwnSockets(t *testing.T) {
	t.Parallel()
	v, _ := launch(t, "broker: {url: 'nats://127.0.0.1:1'}", newChat())
	c, other := talk(t, v.url), talk(t, v.url)
	c.join("a")
	f := other.ask("say", Message{"a", "hello"})
	f.wantError(t, "unavailable")
	c.wantEvent("a", "said", `"hello"`)
	other.wantResult("whisper", []string{c.id, "psst"}, "true")
	c.wantEvent("", "whispered", `"psst"`)
	other.ask("whisper", []string{"elsewhere.x", "psst"}).wantError(t, "unavailable")
}

func TestBroadcastWithoutABrokerSaysWhoHasIt(t *testing.T) {
	t.Parallel()
	_, a := launch(t, "broker: {url: 'nats://127.0.0.1:1'}", newChat())
	_, err := a.Invoke(t.Context(), "chat", "Say", Message{"a", "hello"})
	if !errors.Is(err, broker.ErrDisconnected) {
		t.Errorf("have %v, want %v", err, broker.ErrDisconnected)
	}
	wantText(t, err, "broadcast on a", "only the sockets of this instance have it")
}

func TestSocketsWithoutAHubNeedNoBroker(t *testing.T) {
	t.Parallel()
	a, log := app(t, "broker: {url: 'nats://127.0.0.1:1'}", new(Bar))
	if err := a.Start(await.Within(t)); err != nil {
		t.Fatal(err)
	}
	talk(t, log.url(t)).wantResult("order", "tea", `"tea"`)
	halt(t, a)
	wantNoText(t, log.String(), "broker")
}

func TestSlowClientIsClosedWhileOthersHear(t *testing.T) {
	t.Parallel()
	v, w := open(t, svctest.Config("web: {sockets: {queue: 8, write: 1s}}"), newChat())
	slow, quick := talk(t, v.url), talk(t, v.url)
	slow.join("a")
	quick.join("a")
	if tcp, ok := slow.ws.NetConn().(*net.TCPConn); ok {
		_ = tcp.SetReadBuffer(4 << 10) // what the system keeps for it does not count
	}
	text := strings.Repeat("x", 500<<10)
	await.Until(t, "the slow one is gone", func() bool {
		svctest.Call[any](w, "chat.say", Message{"a", text})
		quick.wantEvent("a", "said", `"`+text+`"`)
		return len(svctest.Call[[]string](w, "chat.rooms_of", slow.id)) == 0
	}, 30*time.Second)
	quick.silent()
}
