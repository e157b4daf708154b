package web_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/gorilla/websocket"

	"github.com/enoki-go/enoki/internal/stage"
	svctest "github.com/enoki-go/enoki/testing"
	"github.com/enoki-go/enoki/web"
)

// Postbox has one letter for one client.
type Postbox struct {
	Hub *web.Hub

	_ web.Socket `method:"Wait"`
	_ web.Route  `method:"Deliver" route:"POST /letters/{socket}" args:"socket,letter"`
}

// Wait lets a client connect, and does nothing for it.
func (*Postbox) Wait() {}

// Deliver reaches a client by the id of its socket, whichever instance it is connected to.
func (p *Postbox) Deliver(ctx context.Context, socket, letter string) (bool, error) {
	return p.Hub.Unicast(ctx, socket, "letter", letter)
}

func ExampleHub_Unicast() {
	t := new(stage.Stage)
	defer t.End()
	ctx := context.Background()

	w := svctest.New(t, &Postbox{})
	ws, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(w.URL(), "http")+"/ws", nil)
	if err != nil {
		panic(err)
	}
	defer func() { _ = ws.Close() }()
	var greeting struct {
		ID string `json:"socket_id"`
	}
	if err := ws.ReadJSON(&greeting); err != nil {
		panic(err)
	}
	fmt.Println(w.Hook(ctx, "postbox", "Deliver", greeting.ID, "dear Ann"))
	var frame json.RawMessage
	fmt.Println(ws.ReadJSON(&frame), string(frame))
	fmt.Println(w.Hook(ctx, "postbox", "Deliver", "somebody else", "dear Bob"))
	// Output:
	// true <nil>
	// <nil> {"type":"event","event":"letter","data":"dear Ann"}
	// false <nil>
}

// Tavern is closed.
type Tavern struct {
	_ web.Socket `method:"Look" on:"connect"`
	_ web.Socket `method:"Order"`
}

// Look runs when a client has connected.
func (*Tavern) Look(ctx context.Context) { web.SocketFrom(ctx).Close(4001, "closed on Mondays") }

// Order is never reached.
func (*Tavern) Order() {}

// A service closes a socket with a code of its own, from 3000 to 4999.
func ExampleConn_Close() {
	t := new(stage.Stage)
	defer t.End()

	w := svctest.New(t, &Tavern{})
	ws, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(w.URL(), "http")+"/ws", nil)
	if err != nil {
		panic(err)
	}
	defer func() { _ = ws.Close() }()
	for err == nil { // the greeting comes first
		_, _, err = ws.ReadMessage()
	}
	closed, _ := errors.AsType[*websocket.CloseError](err)
	fmt.Println(closed.Code, closed.Text)
	// Output: 4001 closed on Mondays
}
