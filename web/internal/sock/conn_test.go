package sock_test

import (
	"bytes"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/web/internal/sock"
)

func TestMessagesGoBothWaysInOrder(t *testing.T) {
	t.Parallel()
	client, _ := open(t, usual(), echo)
	texts := []string{"one", "", "ü", strings.Repeat("x", 64<<10), "five"}
	for _, text := range texts {
		say(t, client, text)
	}
	for _, want := range texts {
		if have := hear(t, client); have != want {
			t.Fatalf("have %d bytes %.20q, want %.20q", len(have), have, want)
		}
	}
}

func TestWhatWasSentBeforeACloseArrives(t *testing.T) {
	t.Parallel()
	client, s := open(t, usual(), echo)
	for range 100 {
		if err := s.Send([]byte("last words")); err != nil {
			t.Fatal(err)
		}
	}
	s.Close(4000, "enough")
	s.Close(4001, "too late")
	for range 100 {
		hear(t, client)
	}
	wantClose(t, client, 4000, "enough")
	wantEnd(t, s, 4000, "enough")
	if err := s.Send(nil); !errors.Is(err, sock.ErrClosed) {
		t.Errorf("Send after the end: %v, want %v", err, sock.ErrClosed)
	}
}

func TestTheClientClosesAndIsAnswered(t *testing.T) {
	t.Parallel()
	client, s := open(t, usual(), echo)
	bye := websocket.FormatCloseMessage(4321, "done")
	if err := client.WriteControl(websocket.CloseMessage, bye, time.Now().Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	wantClose(t, client, 4321, "")
	wantEnd(t, s, 4321, "done")
}

func TestAClientThatIsGoneEndsTheSocket(t *testing.T) {
	t.Parallel()
	client, s := open(t, usual(), echo)
	_ = client.NetConn().Close()
	wantEnd(t, s, sock.CloseAbnormal, "")
}

func TestWrongMessagesCloseTheSocketWithAReason(t *testing.T) {
	t.Parallel()
	small := usual()
	small.ReadLimit = 1000
	tests := []struct {
		name   string
		kind   int
		data   []byte
		code   int
		reason string
	}{
		{"binary", websocket.BinaryMessage, []byte("x"), sock.CloseUnsupported, "binary message; want text"},
		{"no UTF-8", websocket.TextMessage, []byte("\xff"), sock.CloseInvalid, "not UTF-8"},
		{"one byte too many", websocket.TextMessage, make([]byte, 1001), sock.CloseTooBig, "1000 bytes (web.sockets.read_limit)"},
		{"a mebibyte", websocket.TextMessage, make([]byte, 1<<20), sock.CloseTooBig, "1000 bytes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			client, s := open(t, small, func(*sock.Conn, []byte) { t.Error("the message was taken") })
			if err := client.WriteMessage(tt.kind, tt.data); err != nil {
				t.Fatal(err)
			}
			wantClose(t, client, tt.code, tt.reason)
			wantClean(t, client)
			wantEnd(t, s, tt.code, tt.reason)
		})
	}
}

// Frames of a message count together, or a client could send it in pieces for ever.
func TestTheReadLimitHoldsForAFragmentedMessage(t *testing.T) {
	t.Parallel()
	o := usual()
	o.ReadLimit = 100
	client, s := open(t, o, func(*sock.Conn, []byte) { t.Error("the message was taken") })
	raw := client.NetConn()
	for i := range 11 {
		opcode := byte(0) // continuation, not the last
		if i == 0 {
			opcode = websocket.TextMessage
		}
		frame := append([]byte{opcode, 0x80 | 10, 0, 0, 0, 0}, bytes.Repeat([]byte("x"), 10)...)
		if _, err := raw.Write(frame); err != nil {
			t.Fatal(err)
		}
	}
	wantClose(t, client, sock.CloseTooBig, "100 bytes")
	wantEnd(t, s, sock.CloseTooBig, "")
}

func TestWhatIsNoFrameClosesTheSocket(t *testing.T) {
	t.Parallel()
	client, s := open(t, usual(), echo)
	if _, err := client.NetConn().Write([]byte("GET / HTTP/1.1\r\n\r\n" + strings.Repeat("x", 40_000))); err != nil {
		t.Fatal(err)
	}
	wantClose(t, client, sock.CloseProtocol, "")
	wantClean(t, client)
	wantEnd(t, s, sock.CloseProtocol, "")
}

func TestAFloodClosesTheSocket(t *testing.T) {
	t.Parallel()
	floods := map[string]func(c *websocket.Conn) error{
		"messages": func(c *websocket.Conn) error { return c.WriteMessage(websocket.TextMessage, []byte("x")) },
		"pings":    func(c *websocket.Conn) error { return c.WriteControl(websocket.PingMessage, nil, time.Time{}) },
		"pongs":    func(c *websocket.Conn) error { return c.WriteControl(websocket.PongMessage, nil, time.Time{}) },
	}
	for name, flood := range floods {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := usual()
			o.Rate, o.Burst = 1, 10
			taken := 0
			client, s := open(t, o, func(*sock.Conn, []byte) { taken++ })
			for range 1000 {
				if flood(client) != nil {
					break // closed already
				}
			}
			wantClose(t, client, sock.ClosePolicy, "1 messages per second (web.sockets.rate)")
			wantEnd(t, s, sock.ClosePolicy, "")
			if taken > 11 {
				t.Errorf("%d messages were taken, want at most the burst of 10", taken)
			}
		})
	}
}

func TestASlowReaderIsClosedWhileOthersGoOn(t *testing.T) {
	t.Parallel()
	o := usual()
	o.Queue, o.Write = 4, 2*time.Second
	slow, s := open(t, o, echo)
	stall(slow)
	quick, _ := open(t, o, echo)
	frame := bytes.Repeat([]byte("x"), 1<<20)
	var err error
	for range 100 { // more than the buffers of the system hold
		if err = s.Send(frame); err != nil {
			break
		}
	}
	if !errors.Is(err, sock.ErrSlow) || !errors.Is(err, sock.ErrClosed) {
		t.Errorf("Send = %v, want %v", err, sock.ErrSlow)
	}
	say(t, quick, "hello")
	hear(t, quick)
	wantEnd(t, s, sock.CloseSlow, "web.sockets.queue")
}

// A client that reads again soon learns why it was closed.
func TestASlowReaderSeesWhy(t *testing.T) {
	t.Parallel()
	o := usual()
	o.Queue = 2
	client, s := open(t, o, echo)
	frame := bytes.Repeat([]byte("x"), 4<<20)
	for s.Send(frame) == nil {
		continue
	}
	wantClose(t, client, sock.CloseSlow, "web.sockets.queue")
}

func TestAnIdleSocketIsPingedAndStaysOpen(t *testing.T) {
	t.Parallel()
	o := usual()
	o.Ping, o.Pong = 40*time.Millisecond, 500*time.Millisecond
	client, _ := open(t, o, echo)
	pings := make(chan struct{}, 100)
	answer := client.PingHandler()
	client.SetPingHandler(func(data string) error {
		pings <- struct{}{}
		return answer(data)
	})
	heard := make(chan error, 1)
	go func() { // ends with the client
		_, _, err := client.ReadMessage()
		heard <- err
	}()
	for range 20 { // longer than one answer keeps it open
		await.Take(t, pings)
	}
	say(t, client, "still here")
	if err := await.Take(t, heard); err != nil {
		t.Errorf("have %v, want an answer", err)
	}
}

func TestAClientThatDoesNotAnswerPingsIsClosed(t *testing.T) {
	t.Parallel()
	o := usual()
	o.Ping, o.Pong = 20*time.Millisecond, 30*time.Millisecond
	client, s := open(t, o, echo)
	client.SetPingHandler(func(string) error { return nil })
	wantClose(t, client, sock.CloseSilent, "web.sockets.pong")
	wantEnd(t, s, sock.CloseSilent, "30ms")
}

func TestASocketWithoutMessagesIsClosedWhereThatIsWanted(t *testing.T) {
	t.Parallel()
	o := usual()
	o.Idle = 50 * time.Millisecond
	client, s := open(t, o, echo)
	wantClose(t, client, sock.CloseNormal, "web.sockets.idle")
	wantEnd(t, s, sock.CloseNormal, "50ms")
}

// The client is slowed down by TCP, not by memory of the server.
func TestNothingIsReadWhileAMessageIsHandled(t *testing.T) {
	t.Parallel()
	o := usual()
	o.Rate, o.Burst = 1e6, 1e6
	release, taken := make(chan struct{}), make(chan struct{}, 1000)
	client, _ := open(t, o, func(*sock.Conn, []byte) {
		taken <- struct{}{}
		<-release
	})
	text := bytes.Repeat([]byte("x"), 60<<10)
	_ = client.SetWriteDeadline(time.Now().Add(300 * time.Millisecond))
	sent := 0
	for sent < 1000 && client.WriteMessage(websocket.TextMessage, text) == nil {
		sent++
	}
	if sent == 1000 || len(taken) != 1 {
		t.Errorf("%d messages were sent and %d taken, want the client held up, and one", sent, len(taken))
	}
	close(release)
}

func TestRequestsThatAreNoHandshakeAreRefused(t *testing.T) {
	t.Parallel()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://example.com/ws", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	if sock.Asked(r) {
		t.Error("a plain request asks for a websocket")
	}
	r.Header = http.Header{"Connection": {"Upgrade"}, "Upgrade": {"websocket"}, "Sec-Websocket-Version": {"13"}}
	if !sock.Asked(r) {
		t.Error("a handshake does not ask for a websocket")
	}
	_, err = sock.Upgrade(discard{}, r, usual())
	if refused, ok := errors.AsType[*sock.RefusedError](err); !ok || !strings.Contains(refused.Error(), "Sec-WebSocket-Key") {
		t.Errorf("Upgrade = %v, want it refused for its key", err)
	}
}

// discard is a writer that nobody may write to.
type discard struct{ http.ResponseWriter }
