package rpc

import (
	"context"
	"sync"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/fault"
)

// The durable protocol. A call is stored in the queue of its service and answered
// when its result is stored among the results. Storing a result publishes it, which
// tells whoever waits to ask for it.
const (
	headerReply    = "Svc-Reply"    // inbox that is told the result, too
	headerSequence = "Svc-Sequence" // of a result: number that its call had in the queue

	durableKept    = 24 * time.Hour // for which calls wait and results are kept
	durableWorkers = "workers"      // name of the consumer
)

var (
	// ErrPending is returned where the result of a durable call is not there yet.
	ErrPending = fault.Declare("svc.pending", fault.Unavailable, "the result is not there yet")
	// ErrNoResult is returned for a durable call that is neither in the queue nor has
	// a result: its time was up before it ran, or the result is not kept any more.
	ErrNoResult = fault.Declare("svc.no_result", fault.NotFound, "there is no result")
)

// queueSubject returns the subject of durable calls of a method, of all methods for
// "*".
func queueSubject(namespace, service, method string) string {
	return namespace + ".rpcq." + service + "." + method
}

// depot is where the durable calls of one service are, and their results.
type depot struct {
	queue   *broker.Stream
	results *broker.Records
}

// openDepot makes both streams where they are missing: caller and service do, so
// that neither has to wait for the other.
func openDepot(ctx context.Context, conn *broker.Conn, service string) (*depot, error) {
	namespace := conn.Namespace()
	queue, err := conn.Stream(ctx, broker.StreamConfig{
		Name: conn.StreamName("RPC", service), Subjects: []string{queueSubject(namespace, service, ">")}, MaxAge: durableKept,
	})
	if err != nil {
		return nil, err
	}
	results, err := conn.Records(ctx, broker.RecordsConfig{
		Name: conn.StreamName("RPCR", service), Subjects: []string{namespace + ".rpcr." + service + ".>"}, MaxAge: durableKept,
	})
	if err != nil {
		return nil, err
	}
	return &depot{queue, results}, nil
}

// depots are those that a process has used.
type depots struct {
	conn *broker.Conn

	mu  sync.Mutex // guards all
	all map[string]*depot
}

func newDepots(conn *broker.Conn) *depots {
	return &depots{conn: conn, all: make(map[string]*depot)}
}

func (d *depots) of(ctx context.Context, service string) (*depot, error) {
	d.mu.Lock()
	known := d.all[service]
	d.mu.Unlock()
	if known != nil {
		return known, nil
	}
	opened, err := openDepot(ctx, d.conn, service)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.all[service] = opened
	return opened, nil
}
