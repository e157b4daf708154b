// Package plain calls an Enoki service, and is one, with a NATS client and msgpack only:
// what a program in another language does, written in Go.
package plain

import (
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/vmihailenco/msgpack/v5"
)

// Error is how a service says that a call has failed.
type Error struct {
	Code    string `msgpack:"code"`    // not_found, invalid, timeout …
	Name    string `msgpack:"name"`    // of a declared error, else ""
	Message string `msgpack:"message"` // for people
}

func (e *Error) Error() string { return e.Code + " " + e.Name + ": " + e.Message }

// Call calls service.method with the arguments in args, and reads what it answers into
// result. It waits for at most left.
func Call(nc *nats.Conn, service, method string, args []any, result any, left time.Duration) error {
	body, err := msgpack.Marshal(args)
	if err != nil {
		return err
	}
	reply, err := nc.RequestMsg(&nats.Msg{
		Subject: "svc.rpc." + service + "." + method,
		Data:    body,
		Header: nats.Header{
			"Content-Type": {"application/msgpack"},
			"Svc-Args":     {"positional"}, // the body is an array of all arguments
			"Svc-Left-Ms":  {strconv.FormatInt(left.Milliseconds(), 10)},
		},
	}, left)
	if err != nil {
		return err // nats.ErrNoResponders: no instance is running
	}
	if reply.Header.Get("Nats-Service-Error-Code") != "" {
		failed := new(Error)
		if err := msgpack.Unmarshal(reply.Data, failed); err != nil {
			return err
		}
		return failed
	}
	return msgpack.Unmarshal(reply.Data, result)
}
