package client_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"

	"github.com/enoki-go/enoki/internal/stage"
	svctest "github.com/enoki-go/enoki/testing"
	"github.com/enoki-go/enoki/web"
	"github.com/enoki-go/enoki/web/client"
)

// Room has websockets.
type Room struct {
	_ web.Socket `method:"Say" args:"text"`
}

// Say is client.call("say", {text: …}) in a page.
func (*Room) Say(text string) string { return text }

// Every server has the module for its pages:
//
//	import { connect } from "/svc/client.js";
func Example() {
	t := new(stage.Stage)
	defer t.End()

	w := svctest.New(t, &Room{})
	answer, err := http.Get(w.URL() + "/svc/client.js")
	if err != nil {
		panic(err)
	}
	defer func() { _ = answer.Body.Close() }()
	module, err := io.ReadAll(answer.Body)
	fmt.Println(answer.Header.Get("Content-Type"), bytes.Equal(module, client.Module), err)
	// Output: text/javascript; charset=utf-8 true <nil>
}
