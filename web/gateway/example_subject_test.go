package gateway_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"

	"github.com/enoki-go/enoki/internal/stage"
	"github.com/enoki-go/enoki/rpc"
	svctest "github.com/enoki-go/enoki/testing"
	"github.com/enoki-go/enoki/web/gateway"
)

// Mirror works on a subject, which is a path of the gateway.
type Mirror struct {
	_ rpc.Subject `method:"Reverse" subject:"text.reverse.get" args:"word"`
}

// Reverse takes lists, as a query is one.
func (*Mirror) Reverse(word []string) string {
	letters := []rune(word[0])
	slices.Reverse(letters)
	return string(letters)
}

// Portal serves all that is announced.
type Portal struct {
	Front gateway.Front
}

func ExampleFront_subjects() {
	t := new(stage.Stage)
	defer t.End()

	w := svctest.New(t, &Mirror{}, &Portal{})
	answer, err := http.Get(w.URL() + "/text/reverse?word=regal")
	if err != nil {
		panic(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	fmt.Println(answer.StatusCode, string(text), err)
	// Output: 200 "lager" <nil>
}

// A tool has the OpenAPI document of all methods that are up, without a gateway.
func ExampleDocument() {
	t := new(stage.Stage)
	defer t.End()

	w := svctest.New(t, &Adder{})
	text, err := gateway.Document(context.Background(), w.Client().Connection(), "All of it")
	if err != nil {
		panic(err)
	}
	var document struct {
		Info  struct{ Title string }
		Paths map[string]any
	}
	if err := json.Unmarshal(text, &document); err != nil {
		panic(err)
	}
	for path := range document.Paths {
		fmt.Println(document.Info.Title, path)
	}
	// Output: All of it /adder/add
}
