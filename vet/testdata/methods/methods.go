package methods

import (
	"context"
	"net/http"

	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/web"
)

type Orders struct {
	_ rpc.Method `method:"Crete"`  // want `^rpc\.Method: no method Crete on \*methods\.Orders; did you mean "Create"\?$`
	_ rpc.Method `method:"create"` // want `no method create on \*methods\.Orders; did you mean "Create"\?`
	_ rpc.Method `method:"Zebra"`  // want `no method Zebra on \*methods\.Orders; its exported methods are Create, Joined, Late, Many, Who, Wrong`
	_ rpc.Method `method:"Many"`   // want `rpc\.Method: method Many is func\(\*methods\.Orders, \.\.\.string\) error: a variadic parameter cannot be told from several; take a slice`
	_ rpc.Method `method:"Late"`   // want `method Late is func\(\*methods\.Orders, string, context\.Context\): context\.Context is not the first parameter`
	_ rpc.Method `method:"Wrong"`  // want `method Wrong is func\(\*methods\.Orders\) \(error, int\): error is not the last result`
	_ rpc.Method `method:"Create"`
	_ rpc.Method `method:"Create"` // want `rpc\.Method of Create: name "create" on the wire is taken by method Create; give one of them another with the tag key name`
	_ web.Auth   `method:"Create"` // want `web\.Auth of Create: Create\(context\.Context, int\) \(map\[string\]int, error\) cannot say who sends a request: want func`
	_ web.Auth   `method:"Who"`
	_ web.Auth   `method:"Who"`                 // want `the service has a web\.Auth already, Who; leave one of the two out`
	_ web.Socket `method:"Joined" on:"conect"`  // want `tag on: have "conect", want one of connect, disconnect; did you mean "connect"\?`
	_ web.Socket `method:"Create" on:"connect"` // want `tag key on: have Create\(.*\) .*, want func\(\[ctx context\.Context\]\) \[error\]`
	X rpc.Method `method:"Create"`              // want "field X: a marker is only one under the name _; write `_ rpc.Method`, or leave its tag out"
}

func (o *Orders) Create(ctx context.Context, n int) (map[string]int, error) { return nil, nil }
func (o *Orders) Many(all ...string) error                                  { return nil }
func (o *Orders) Late(name string, ctx context.Context)                     {}
func (o *Orders) Wrong() (error, int)                                       { return nil, 0 }
func (o *Orders) Joined(n int) error                                        { return nil }
func (o *Orders) Who(r *http.Request) (web.Data, error)                     { return nil, nil }
func (o *Orders) private()                                                  {}
