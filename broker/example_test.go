package broker_test

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/internal/stage"
	"github.com/enoki-go/enoki/rpc"
	svctest "github.com/enoki-go/enoki/testing"
)

// Library lends books.
type Library struct {
	_ rpc.Method `method:"Lend" args:"title"`
}

// Lend lends one.
func (*Library) Lend(title string) string { return title }

// A tool asks what is running, and what it takes.
func ExampleConn_Discover() {
	t := new(stage.Stage)
	defer t.End()

	b := svctest.NewBroker(t)
	svctest.New(t, b, &Library{})

	settings := broker.Defaults()
	settings.URL = b.URL()
	conn, err := broker.Dial(settings, slog.New(slog.DiscardHandler))
	if err != nil {
		panic(err)
	}
	defer conn.Stop(context.Background()) //nolint:errcheck // the example is over

	found, err := conn.Discover(context.Background(), "")
	if err != nil {
		panic(err)
	}
	for _, service := range found {
		for _, e := range service.Endpoints {
			fmt.Println(service.Name, e.Subject, e.Metadata["params"])
		}
	}
	// Output: library svc.rpc.library.lend ["title"]
}

// Subscriptions and messages are there for plugins: services use rpc and events.
func ExampleConn_Subscribe() {
	t := new(stage.Stage)
	defer t.End()

	ctx := context.Background()
	conn := svctest.New(t, &Library{}).Client().Connection()
	heard := make(chan string, 1)
	sub, err := conn.Subscribe("news.*", "", func(m *broker.Msg) { heard <- m.Subject + ": " + string(m.Data) })
	if err != nil {
		panic(err)
	}
	defer sub.Stop(ctx) //nolint:errcheck // the example is over
	if err := conn.Flush(ctx); err != nil {
		panic(err)
	}
	if err := conn.Send(&broker.Msg{Subject: "news.local", Data: []byte("rain")}); err != nil {
		panic(err)
	}
	fmt.Println(<-heard)
	// Output: news.local: rain
}

func ExampleMatches() {
	fmt.Println(broker.Matches("orders.*", "orders.paid"), broker.Matches("orders.*", "orders.paid.twice"))
	fmt.Println(broker.Matches("orders.>", "orders.paid.twice"))
	// Output:
	// true false
	// true
}
