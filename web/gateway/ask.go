package gateway

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/web"
)

// ask sends the request to a subject, and answers what a worker there does.
func (x *exchange) ask(subject string) error {
	message, err := messageOf(x.request, x.body)
	if err != nil {
		return err
	}
	answer, err := x.front.proxy.Ask(x.context(), subject, message)
	switch {
	case errors.Is(err, broker.ErrNoResponders):
		return fault.New(fault.NotFound, "there is no worker for this path")
	case errors.Is(err, rpc.ErrBadResult):
		x.front.host.Logger().Warn("worker gave no answer that can be read", "call_id", x.call.ID, "error", err)
		return web.Refuse(http.StatusBadGateway, "the worker gave no answer that can be read")
	case err != nil:
		return x.explainTime(err)
	}
	if answer.Class != "" {
		x.front.host.Logger().Warn("worker failed", "subject", subject, "call_id", x.call.ID, "class", answer.Class, "error", string(answer.Data))
		answer.Data = unsaid
	}
	x.write(answer.Code, answer.Data)
	return nil
}

// unsaid stands for the text of an error that its worker did not mean for the public.
var unsaid = json.RawMessage(`"` + strings.ToLower(http.StatusText(http.StatusInternalServerError)) + `"`)
