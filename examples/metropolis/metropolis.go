// Package metropolis is a worker on a plain NATS subject, and a gateway in front of it:
//
//	$ svc run ./examples/metropolis
//	$ curl 'localhost:8000/foo?data=asdf'
//	"fdsa"
//
// The gateway turns GET /foo into a request on the subject foo.get, with the values of
// the query as lists. Workers written in other languages, with nothing but a NATS
// client, are reached in the same way.
package metropolis

import (
	"slices"

	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
	"github.com/enoki-go/enoki/web/gateway"
)

// Worker works on a subject; of all its instances, one gets each message.
type Worker struct {
	_ rpc.Subject `method:"Reverse" subject:"foo.get" queue:"worker" args:"data"`
}

// Reverse returns the first text backwards.
func (*Worker) Reverse(data []string) (string, error) {
	if len(data) == 0 {
		return "", errNothing
	}
	letters := []rune(data[0])
	slices.Reverse(letters)
	return string(letters), nil
}

// Gateway serves HTTP in front of all workers and services on the broker. A subject
// that a worker has announced needs no permission; workers that announce nothing are
// reached where they fit one of the subjects here.
type Gateway struct {
	_ service.Name `name:"gateway"`

	Front gateway.Front `subjects:"foo.>"`
}
