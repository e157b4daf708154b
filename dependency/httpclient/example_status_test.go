package httpclient_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/enoki-go/enoki/dependency/httpclient"
	"github.com/enoki-go/enoki/fault"
)

// What an API answers with another status than 2xx is for the method to read: in the
// error's text, and for its caller, there is only the status.
func ExampleStatusError() {
	refusing := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusPaymentRequired)
		_, _ = io.WriteString(w, "the card has expired")
	})
	c := &Cashier{Payments: httpclient.Fake(refusing)}
	_, err := c.Charge(context.Background(), 70)
	if refused, ok := errors.AsType[*httpclient.StatusError](err); ok {
		fmt.Println(refused.Status, string(refused.Body), fault.CodeOf(err))
	}
	// Output: 402 the card has expired internal
}
