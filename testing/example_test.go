package svctest_test

import (
	"context"
	"fmt"

	"github.com/enoki-go/enoki/examples/hello"
	"github.com/enoki-go/enoki/service"
	svctest "github.com/enoki-go/enoki/testing"
)

// A test passes its *testing.T where these examples pass t.

func ExampleNew() {
	t := new(tb)
	defer t.end()

	w := svctest.New(t, &hello.GreetingService{})
	fmt.Println(svctest.Call[string](w, "greeting_service.hello", "world"))
	// Output: Hello, world!
}

func ExampleFake() {
	t := new(tb)
	defer t.end()

	w := svctest.New(t, &Shop{Till: new(Till)}, svctest.Fake(&Payments{}, map[string]any{
		"Charge": func(_ context.Context, card string, cents int) (string, error) {
			return fmt.Sprintf("receipt for %d cents, %s", cents, card), nil
		},
	}))
	fmt.Println(svctest.Call[string](w, "shop.buy", "pear", 50))
	// Output: receipt for 50 cents, card of pear
}

func ExampleWorld_Hook() {
	t := new(tb)
	defer t.end()

	w := svctest.New(t, &Shop{}, service.Replace("shop", "Till", new(Till)))
	total, err := w.Hook(context.Background(), "shop", "Total")
	fmt.Println(total, err)
	// Output: 0 <nil>
}

func ExampleWorld_Expect() {
	t := new(tb)
	defer t.end()

	w := svctest.New(t, &hello.GreetingService{})
	greeted := w.Expect("greeting_service", "Hello", func(e service.CallEnded) bool { return e.Err == nil })
	svctest.Call[string](w, "greeting_service.hello", "Ann")
	fmt.Println(greeted.Wait().Result)
	// Output: Hello, Ann!
}
