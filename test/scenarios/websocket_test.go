//go:build linux

package scenarios_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// known is how the client connects that hostile knows.
var known = http.Header{"Authorization": {"Bearer sesame"}}

// dialer connects websockets with little memory each.
var dialer = websocket.Dialer{ReadBufferSize: 512, WriteBufferSize: 512, HandshakeTimeout: patience}

// A socket is the client's end of a websocket. It is for one goroutine.
type socket struct {
	*websocket.Conn
	t *testing.T
}

// socket connects, and reads the greeting. The connection ends with the test.
func (s *site) socket(t *testing.T) *socket {
	t.Helper()
	ws, answer, err := dialer.Dial("ws://"+s.address+"/ws", known)
	if err != nil {
		t.Fatalf("connect: %v, %v", err, answer)
	}
	t.Cleanup(func() { _ = ws.Close() })
	k := &socket{ws, t}
	if have := k.next(); have.Type != "connected" {
		t.Fatalf("have %+v, want the greeting", have)
	}
	return k
}

// frame is what a server sends.
type frame struct {
	Type  string
	ID    string `json:"correlation_id"`
	Data  json.RawMessage
	Error struct{ Code, Message string }
}

// next reads a frame.
func (k *socket) next() (f frame) {
	k.t.Helper()
	_ = k.SetReadDeadline(time.Now().Add(patience))
	if err := k.ReadJSON(&f); err != nil {
		k.t.Fatalf("have %v, want a frame", err)
	}
	return f
}

// send sends a text message.
func (k *socket) send(text string) {
	k.t.Helper()
	if err := k.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
		k.t.Fatal(err)
	}
}

// works checks that requests are answered.
func (k *socket) works() {
	k.t.Helper()
	k.send(`{"method":"echo","data":"hello","correlation_id":"last"}`)
	for {
		if f := k.next(); f.ID == "last" {
			if f.Type != "result" || string(f.Data) != `"hello"` {
				k.t.Errorf("have %+v, want what was sent", f)
			}
			return
		}
	}
}

// closes reads until the server closes the socket, and checks the code.
func (k *socket) closes(codes ...int) {
	k.t.Helper()
	_ = k.SetReadDeadline(time.Now().Add(patience))
	for {
		_, _, err := k.ReadMessage()
		if err == nil {
			continue
		}
		if closed, ok := errors.AsType[*websocket.CloseError](err); !ok || !slices.Contains(codes, closed.Code) {
			k.t.Errorf("have %v, want the code %v", err, codes)
		}
		return
	}
}

func TestWebsocketsOfStrangersAreRefused(t *testing.T) {
	s := newWorld(t).site("sockets: {origins: ['https://friend.example']}")
	with := func(more ...string) http.Header {
		h := known.Clone()
		for i := 0; i < len(more); i += 2 {
			h.Add(more[i], more[i+1])
		}
		return h
	}
	for _, tt := range []struct {
		name   string
		header http.Header
		status int
	}{
		{"nobody says anything", nil, http.StatusUnauthorized},
		{"wrong token", http.Header{"Authorization": {"Bearer open"}}, http.StatusUnauthorized},
		{"foreign page", with("Origin", "https://other.example"), http.StatusForbidden},
		{"page that looks like a friend's", with("Origin", "https://friend.example.other.example"), http.StatusForbidden},
		{"friend's page without TLS", with("Origin", "http://friend.example"), http.StatusForbidden},
		{"page of nowhere", with("Origin", "null"), http.StatusForbidden},
		{"page without a name", with("Origin", ""), http.StatusForbidden},
		{"two origins", with("Origin", s.url, "Origin", "https://other.example"), http.StatusForbidden},
		{"friend's page", with("Origin", "https://friend.example"), http.StatusSwitchingProtocols},
		{"own page", with("Origin", s.url), http.StatusSwitchingProtocols},
		{"no page", known, http.StatusSwitchingProtocols},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ws, answer, err := dialer.Dial("ws://"+s.address+"/ws", tt.header)
			if err == nil {
				defer func() { _ = ws.Close() }()
			}
			if answer == nil || answer.StatusCode != tt.status {
				t.Errorf("have %v, %v, want %d", err, answer, tt.status)
			}
		})
	}
}

func TestMessagesThatAreTooMuchCloseTheSocket(t *testing.T) {
	s := newWorld(t).site()
	s.endures(t, func() {
		for _, tt := range []struct {
			name   string
			code   int
			attack func(k *socket) // ends where the server has closed the connection
		}{
			{"a message of 1 MiB", websocket.CloseMessageTooBig, func(k *socket) {
				_ = k.WriteMessage(websocket.TextMessage, bytes.Repeat([]byte("["), 1<<20))
			}},
			{"a message without an end", websocket.CloseMessageTooBig, func(k *socket) {
				w, err := k.NextWriter(websocket.TextMessage)
				for n := 0; n < 10<<20 && err == nil; n += 500 {
					_, err = w.Write(bytes.Repeat([]byte("a"), 500))
				}
			}},
			{"a flood of messages", websocket.ClosePolicyViolation, func(k *socket) {
				for n, err := 0, error(nil); n < 2000 && err == nil; n++ {
					err = k.WriteMessage(websocket.TextMessage, []byte(`{"method":"echo","data":1}`))
				}
			}},
			{"a flood of nothing", websocket.ClosePolicyViolation, func(k *socket) {
				for n, err := 0, error(nil); n < 2000 && err == nil; n++ {
					err = k.WriteMessage(websocket.TextMessage, nil)
				}
			}},
			{"a flood of pings", websocket.ClosePolicyViolation, func(k *socket) {
				for n, err := 0, error(nil); n < 2000 && err == nil; n++ {
					err = k.WriteControl(websocket.PingMessage, nil, time.Now().Add(patience))
				}
			}},
			{"bytes", websocket.CloseUnsupportedData, func(k *socket) { _ = k.WriteMessage(websocket.BinaryMessage, []byte{0x91}) }},
			{"no UTF-8", websocket.CloseInvalidFramePayloadData, func(k *socket) { k.send("\"\xff\xfe\"") }},
		} {
			t.Run(tt.name, func(t *testing.T) {
				k := s.socket(t)
				tt.attack(k)
				k.closes(tt.code)
			})
		}
	})
}

// Bytes that no client of websockets sends.
func TestFramesThatAreNoneCloseTheSocket(t *testing.T) {
	s := newWorld(t).site()
	s.endures(t, func() {
		for _, tt := range []struct{ name, bytes string }{
			{"no mask", "\x81\x02{}"},
			{"reserved bit", "\xc1\x80\x00\x00\x00\x00"},
			{"reserved opcode", "\x83\x80\x00\x00\x00\x00"},
			{"continuation of nothing", "\x80\x80\x00\x00\x00\x00"},
			{"ping in parts", "\x09\x80\x00\x00\x00\x00"},
			{"ping of 126 bytes", "\x89\xfe\x00\x7e\x00\x00\x00\x00"},
			{"close of one byte", "\x88\x81\x00\x00\x00\x00\x03"},
			{"close with no code", "\x88\x82\x00\x00\x00\x00\x00\x00"},
			{"message in a message", "\x01\x81\x00\x00\x00\x00a\x01\x81\x00\x00\x00\x00a"},
			{"message of 2^63 bytes", "\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00\x00"},
			{"HTTP", "GET / HTTP/1.1\r\n\r\n"},
		} {
			t.Run(tt.name, func(t *testing.T) {
				k := s.socket(t)
				if _, err := k.NetConn().Write([]byte(tt.bytes)); err != nil {
					t.Fatal(err)
				}
				_ = k.SetReadDeadline(time.Now().Add(patience))
				_, _, err := k.ReadMessage()
				want := websocket.CloseProtocolError
				if tt.name == "close of one byte" { // gorilla takes it for one of none
					want = websocket.CloseNoStatusReceived
				}
				if !websocket.IsCloseError(err, want) {
					t.Errorf("have %v, want the code %d", err, want)
				}
			})
		}
	})
}

// What is wrong with a request is answered; the socket is as good as before.
func TestRequestsThatAreNoneAreAnsweredWithErrors(t *testing.T) {
	s := newWorld(t).site()
	k := s.socket(t)
	const most = 65_000 // below the read limit
	for _, tt := range []struct{ name, text, code string }{
		{"lists in lists", strings.Repeat("[", most), "invalid"},
		{"lists in lists as data", `{"method":"echo","correlation_id":"1","data":` + strings.Repeat("[", most) + "}", "invalid"},
		{"lists in lists as data, closed", `{"method":"echo","correlation_id":"1","data":` + strings.Repeat("[", 30_000) + strings.Repeat("]", 30_000) + "}", "invalid"},
		{"objects in objects", strings.Repeat(`{"data":`, most/8), "invalid"},
		{"lists as correlation id", `{"method":"echo","data":1,"correlation_id":` + strings.Repeat("[", 1000) + strings.Repeat("]", 1000) + "}", "invalid"},
		{"a long correlation id", `{"method":"echo","data":1,"correlation_id":"` + strings.Repeat("a", most) + `"}`, "invalid"},
		{"a long method", fmt.Sprintf(`{"method":%q,"data":1}`, strings.Repeat("a", most-100)), "not_found"},
		{"a method of the inside", `{"method":"Authenticate","data":1}`, "not_found"},
		{"a method with a path", `{"method":"../echo","data":1}`, "not_found"},
		{"a method of all", `{"method":">","data":1}`, "not_found"},
		{"no method", `{"data":1}`, "invalid"},
		{"a method that is a list", `{"method":["echo"],"data":1}`, "invalid"},
		{"null", `null`, "invalid"},
		{"nothing", ``, "invalid"},
		{"NUL", "\x00", "invalid"},
		{"two messages in one", `{"method":"echo","data":1}{"method":"echo","data":1}`, "invalid"},
		{"no data", `{"method":"join"}`, "invalid"},
		{"a channel without a name", `{"method":"join","data":""}`, "invalid"},
		{"a long name of a channel", fmt.Sprintf(`{"method":"join","data":%q}`, strings.Repeat("a", 200)), "invalid"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			k := &socket{k.Conn, t}
			k.send(tt.text)
			if f := k.next(); f.Type != "error" || f.Error.Code != tt.code || len(f.Error.Message) > 1000 {
				t.Errorf("have %+v, want an error %s", f, tt.code)
			}
			k.works()
		})
	}
}
