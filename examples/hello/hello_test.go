package hello_test

import (
	"testing"

	"github.com/enoki-go/enoki/examples/hello"
	svctest "github.com/enoki-go/enoki/testing"
)

func TestHello(t *testing.T) {
	w := svctest.New(t, &hello.GreetingService{})
	if got, want := svctest.Call[string](w, "greeting_service.hello", "world"), "Hello, world!"; got != want {
		t.Errorf("have %q, want %q", got, want)
	}
}
