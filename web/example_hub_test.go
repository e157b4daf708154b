package web_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/gorilla/websocket"

	"github.com/enoki-go/enoki/internal/stage"
	"github.com/enoki-go/enoki/rpc"
	svctest "github.com/enoki-go/enoki/testing"
	"github.com/enoki-go/enoki/web"
)

// News tells all who listen, whichever instance they are connected to.
type News struct {
	Hub *web.Hub

	_ web.Socket `method:"Listen" args:"topic"`
	_ rpc.Method `method:"Tell" args:"topic,text"`
}

// Listen lets a client have what is told of a topic from now on.
func (n *News) Listen(ctx context.Context, topic string) error {
	return n.Hub.Subscribe(web.SocketFrom(ctx).ID(), topic)
}

// Tell is called by another service.
func (n *News) Tell(ctx context.Context, topic, text string) error {
	return n.Hub.Broadcast(ctx, topic, "told", text)
}

func ExampleHub() {
	t := new(stage.Stage)
	defer t.End()

	w := svctest.New(t, &News{})
	ws, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(w.URL(), "http")+"/ws", nil)
	if err != nil {
		panic(err)
	}
	defer func() { _ = ws.Close() }()
	hear := func() string {
		_, frame, err := ws.ReadMessage()
		if err != nil {
			panic(err)
		}
		return string(frame)
	}
	hear() // the id of the client
	if err := ws.WriteMessage(websocket.TextMessage, []byte(`{"method":"listen","data":"rain"}`)); err != nil {
		panic(err)
	}
	fmt.Println(hear())
	if _, err := w.Hook(context.Background(), "news", "Tell", "rain", "none today"); err != nil {
		panic(err)
	}
	fmt.Println(hear())
	// Output:
	// {"type":"result","data":null}
	// {"type":"event","event":"told","channel":"rain","data":"none today"}
}
