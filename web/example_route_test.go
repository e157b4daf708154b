package web_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/enoki-go/enoki/internal/stage"
	svctest "github.com/enoki-go/enoki/testing"
	"github.com/enoki-go/enoki/web"
)

// NewOrder is a request: fields come from the path, the query, headers or, where no tag
// says otherwise, the JSON body. What does not fit is an answer 400 that says where.
type NewOrder struct {
	Shop    string `path:"shop"`
	Article string `json:"article"`
	Count   int    `json:"count" minimum:"1"`
}

// Receipt is an answer.
type Receipt struct {
	ID      string `json:"id"`
	Article string `json:"article"`
}

// Ordering has a typed route.
type Ordering struct {
	_ web.Route `method:"Create" route:"POST /{shop}/orders" status:"201"`
}

// Create knows nothing of HTTP.
func (*Ordering) Create(in NewOrder) Receipt {
	return Receipt{ID: fmt.Sprint(in.Shop, "-", in.Count), Article: in.Article}
}

func ExampleRoute() {
	t := new(stage.Stage)
	defer t.End()

	w := svctest.New(t, &Ordering{})
	order := func(body string) (status int, answered []byte) {
		answer, err := http.Post(w.URL()+"/north/orders", "application/json", strings.NewReader(body))
		if err != nil {
			panic(err)
		}
		defer func() { _ = answer.Body.Close() }()
		answered, _ = io.ReadAll(answer.Body)
		return answer.StatusCode, answered
	}
	status, answered := order(`{"article":"pear","count":3}`)
	fmt.Println(status, string(answered))

	status, answered = order(`{"article":"pear","count":0}`)
	var p web.Problem
	err := json.Unmarshal(answered, &p)
	fmt.Println(status, p.Errors, err)
	// Output:
	// 201 {"id":"north-3","article":"pear"}
	// 400 [{body.count have 0, want at least 1}] <nil>
}
