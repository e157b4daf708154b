package service_test

import (
	"fmt"

	"github.com/enoki-go/enoki/internal/stage"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
	svctest "github.com/enoki-go/enoki/testing"
)

// PostOfficeV2 has a name and a version of its own; without the marker it would be
// post_office_v2, 0.0.0.
type PostOfficeV2 struct {
	_ service.Name `name:"post" version:"2.1.0"`

	_ rpc.Method `method:"Send" args:"letter"`
}

// Send is reached as post.send.
func (*PostOfficeV2) Send(letter string) string { return letter + " is on its way" }

func ExampleName() {
	t := new(stage.Stage)
	defer t.End()

	w := svctest.New(t, &PostOfficeV2{})
	fmt.Println(svctest.Call[string](w, "post.send", "A letter"))
	declared := w.App().Manifest().Services[0]
	fmt.Println(declared.Type, "is", declared.Name, declared.Version)
	// Output:
	// A letter is on its way
	// PostOfficeV2 is post 2.1.0
}
