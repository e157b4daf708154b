package broker_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/internal/stage"
	svctest "github.com/enoki-go/enoki/testing"
)

// A bucket holds values that the processes on a broker share. Who changes one says which
// revision it knows, so that nobody undoes what another has done.
func ExampleBucket_Swap() {
	t := new(stage.Stage)
	defer t.End()

	ctx := context.Background()
	prices, err := svctest.New(t, &Library{}).Client().Connection().Bucket(ctx, "prices", time.Hour)
	if err != nil {
		panic(err)
	}
	known, err := prices.Swap(ctx, "poems", []byte("12"), 0) // 0: there is none
	if err != nil {
		panic(err)
	}
	if _, err := prices.Swap(ctx, "poems", []byte("14"), known); err != nil {
		panic(err)
	}
	_, err = prices.Swap(ctx, "poems", []byte("10"), known) // by somebody who has missed that
	fmt.Println(errors.Is(err, broker.ErrChanged))

	value, found, err := prices.Get(ctx, "poems")
	fmt.Println(string(value), found, err)
	// Output:
	// true
	// 14 true <nil>
}

// A plugin stores messages, and has one instance at a time work on each.
func ExampleStream() {
	t := new(stage.Stage)
	defer t.End()

	ctx := context.Background()
	conn := svctest.New(t, &Library{}).Client().Connection()
	returns, err := conn.Stream(ctx, broker.StreamConfig{Name: "RETURNS", Subjects: []string{"returns.>"}, Keep: broker.KeepUntilDone})
	if err != nil {
		panic(err)
	}
	for range 2 { // a message is stored once under its id
		stored, err := returns.Store(ctx, &broker.Msg{Subject: "returns.poems", Data: []byte("ann")}, "loan-7", 0)
		fmt.Println(stored.Sequence, stored.Duplicate, err)
	}
	done := make(chan error)
	shelves, err := returns.Receive(ctx, broker.ConsumerConfig{Name: "shelves", Slots: func() int { return 1 }}, func(d *broker.Delivery) {
		fmt.Println(d.Msg.Subject, string(d.Msg.Data))
		done <- d.Ack()
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(<-done, shelves.Stop(ctx))
	// Output:
	// 1 false <nil>
	// 1 true <nil>
	// returns.poems ann
	// <nil> <nil>
}

// A tool asks every instance whether it is there.
func ExampleConn_Ping() {
	t := new(stage.Stage)
	defer t.End()

	b := svctest.NewBroker(t)
	svctest.New(t, b, &Library{})
	w := svctest.New(t, b, &Library{})
	found, err := w.Client().Connection().Ping(context.Background(), "library")
	for _, p := range found {
		fmt.Println(p.Name, p.Took > 0)
	}
	fmt.Println(err)
	// Output:
	// library true
	// library true
	// <nil>
}
