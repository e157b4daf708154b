package httpclient_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/enoki-go/enoki/dependency/httpclient"
	"github.com/enoki-go/enoki/internal/stage"
	"github.com/enoki-go/enoki/rpc"
	svctest "github.com/enoki-go/enoki/testing"
)

// Cashier charges cards with an API of somebody else.
type Cashier struct {
	Payments *httpclient.Client `http:"payments"`

	_ rpc.Method `method:"Charge" args:"cents"`
}

// Charge has the deadline of its call, and carries on its trace.
func (c *Cashier) Charge(ctx context.Context, cents int) (string, error) {
	var receipt struct{ ID string }
	in := map[string]int{"cents": cents}
	err := c.Payments.JSON(ctx, http.MethodPost, "/charges", in, &receipt)
	return receipt.ID, err
}

// payments is the API.
var payments = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, `{"id": "`+r.Method+" "+r.URL.Path+`"}`)
})

// The configuration says where the API is, and how long it may take.
func ExampleClient() {
	t := new(stage.Stage)
	defer t.End()
	api := httptest.NewServer(payments)
	defer api.Close()

	w := svctest.New(t, &Cashier{}, svctest.Config("http: {payments: {url: '"+api.URL+"/v1', timeout: 2s}}"))
	fmt.Println(svctest.Call[string](w, "cashier.charge", 70))
	// Output: POST /v1/charges
}

// A unit test needs neither: a handler stands for the API.
func ExampleFake() {
	c := &Cashier{Payments: httpclient.Fake(payments)}
	fmt.Println(c.Charge(context.Background(), 70))
	// Output: POST /charges <nil>
}
