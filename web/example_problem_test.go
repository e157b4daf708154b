package web_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/internal/stage"
	svctest "github.com/enoki-go/enoki/testing"
	"github.com/enoki-go/enoki/web"
)

// ErrSoldOut is declared, so clients are told of it by its name.
var ErrSoldOut = fault.Declare("kiosk.sold_out", fault.Conflict, "sold out")

// Kiosk sells one paper.
type Kiosk struct {
	_ web.Route `method:"Buy" route:"POST /papers/{name}" args:"name"`
}

// Buy fails in two ways.
func (*Kiosk) Buy(name string) (string, error) {
	if name == "times" {
		return "", ErrSoldOut
	}
	return "", errors.New("the drawer is stuck") // is for the log alone
}

// The body of an answer that is an error is a Problem.
func ExampleProblem() {
	t := new(stage.Stage)
	defer t.End()

	w := svctest.New(t, &Kiosk{})
	for _, path := range []string{"/papers/times", "/papers/post"} {
		answer, err := http.Post(w.URL()+path, "", nil)
		if err != nil {
			panic(err)
		}
		var p web.Problem
		err = json.NewDecoder(answer.Body).Decode(&p)
		_ = answer.Body.Close()
		fmt.Printf("%d %s %q %q %v\n", p.Status, p.Code, p.Name, p.Detail, err)
	}
	// Output:
	// 409 conflict "kiosk.sold_out" "sold out" <nil>
	// 500 internal "" "" <nil>
}
