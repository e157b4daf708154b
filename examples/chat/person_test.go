package chat_test

import (
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/enoki-go/enoki/examples/chat"
	"github.com/enoki-go/enoki/internal/await"
	svctest "github.com/enoki-go/enoki/testing"
)

// person is a page without a browser.
type person struct {
	t      *testing.T
	conn   *websocket.Conn
	frames chan frame // all that comes; closed with the connection
	events []frame    // not yet heard
	calls  int
}

// frame is what the service sends.
type frame struct {
	Type           string
	Correlation    string `json:"correlation_id"`
	Event, Channel string
	Data           chat.Line
	Error          struct{ Code, Message string }
}

// enter connects to an instance.
func enter(t *testing.T, w *svctest.World) *person {
	t.Helper()
	conn, response, err := websocket.DefaultDialer.DialContext(await.Within(t), strings.Replace(w.URL(), "http", "ws", 1)+"/ws", nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	p := &person{t: t, conn: conn, frames: make(chan frame, 100)}
	go p.listen() // ends with the connection
	t.Cleanup(p.vanishes)
	if f := await.Take(t, p.frames); f.Type != "connected" {
		t.Fatalf("have %+v, want the frame connected", f)
	}
	return p
}

func (p *person) listen() {
	defer close(p.frames)
	for {
		var f frame
		if p.conn.ReadJSON(&f) != nil {
			return
		}
		p.frames <- f
	}
}

// vanishes closes the connection without a word.
func (p *person) vanishes() { _ = p.conn.Close() }

// asks makes a call and returns the frame that answers it.
func (p *person) asks(method string, data map[string]string) frame {
	p.t.Helper()
	p.calls++
	id := strconv.Itoa(p.calls)
	ask := map[string]any{"method": method, "data": data, "correlation_id": id}
	if err := p.conn.WriteJSON(ask); err != nil {
		p.t.Fatal(err)
	}
	for {
		f := p.next()
		if f.Correlation == id {
			return f
		}
		p.events = append(p.events, f)
	}
}

// does makes a call that has to succeed.
func (p *person) does(method string, data map[string]string) {
	p.t.Helper()
	if f := p.asks(method, data); f.Type != "result" {
		p.t.Fatalf("%s %v: have %+v, want a result", method, data, f)
	}
}

// hears takes the next event, which has to be this one.
func (p *person) hears(event, channel, name, text string) {
	p.t.Helper()
	f := p.event()
	if !f.tells(event, channel, name, text) {
		p.t.Fatalf("have %+v, want %s %q by %s in %s", f, event, text, name, channel)
	}
	if age := time.Since(f.Data.At); age < 0 || age > time.Minute {
		p.t.Errorf("have an event of %v, want one of now", f.Data.At)
	}
}

// hearsAtLast takes events until this one comes: what was told on another instance may
// arrive a little later than what was told here.
func (p *person) hearsAtLast(event, channel, name, text string) {
	p.t.Helper()
	for !p.event().tells(event, channel, name, text) {
	}
}

func (f frame) tells(event, channel, name, text string) bool {
	return f.Event == event && f.Channel == channel && f.Data.Name == name && f.Data.Text == text
}

// event takes the next event.
func (p *person) event() frame {
	p.t.Helper()
	if len(p.events) == 0 {
		return p.next()
	}
	f := p.events[0]
	p.events = p.events[1:]
	return f
}

// next waits for a frame.
func (p *person) next() frame {
	p.t.Helper()
	f := await.Take(p.t, p.frames)
	if f.Type == "" {
		p.t.Fatal("the connection is closed")
	}
	return f
}

// room is the data of a call: the room, and a name and a value more.
func room(name string, more ...string) map[string]string {
	data := map[string]string{"room": name}
	if len(more) == 2 {
		data[more[0]] = more[1]
	}
	return data
}

func fetch(t *testing.T, r *http.Request) (status int, kind, text string) {
	t.Helper()
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	b, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, response.Header.Get("Content-Type"), string(b)
}
