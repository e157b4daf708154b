package web_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/gorilla/websocket"

	"github.com/enoki-go/enoki/internal/stage"
	svctest "github.com/enoki-go/enoki/testing"
	"github.com/enoki-go/enoki/web"
)

// Echo answers the requests of websockets.
type Echo struct {
	_ web.Socket `method:"Say" args:"text"`
	_ web.Socket `method:"Greet" on:"connect"`
}

// Greet runs when a client has connected, before its first request.
func (*Echo) Greet(ctx context.Context) error {
	return web.SocketFrom(ctx).Send("greeting", "hello")
}

// Say answers a frame {"method":"say", …}.
func (*Echo) Say(text string) string { return strings.ToUpper(text) }

func ExampleSocket() {
	t := new(stage.Stage)
	defer t.End()

	w := svctest.New(t, &Echo{})
	ws, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(w.URL(), "http")+"/ws", nil)
	if err != nil {
		panic(err)
	}
	defer func() { _ = ws.Close() }()
	if err := ws.WriteMessage(websocket.TextMessage, []byte(`{"method":"say","data":"once","correlation_id":7}`)); err != nil {
		panic(err)
	}
	for range 3 { // the first tells the client its id
		_, frame, err := ws.ReadMessage()
		if err != nil {
			panic(err)
		}
		if text := string(frame); !strings.Contains(text, "socket_id") {
			fmt.Println(text)
		}
	}
	// Output:
	// {"type":"event","event":"greeting","data":"hello"}
	// {"type":"result","correlation_id":7,"data":"ONCE"}
}
