package role

import (
	"context"
	"encoding/json"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"github.com/nats-io/nats.go"

	"github.com/enoki-go/enoki/test/chaos/history"
)

// naiveSubject is what the naive service listens to, in a queue group.
const (
	naiveSubject = "naive.chaos"
	naiveQueue   = "chaos"
	naiveBacklog = 1 << 20 // messages that wait in a process
)

// naiveTask is a request.
type naiveTask struct {
	Method string
	Task   Task
}

// naive is a service as one writes it with nats.go alone: requests wait in a
// channel for one of the workers, which answers when it is done.
type naive struct {
	facts    *journal
	requests chan *nats.Msg
	workers  sync.WaitGroup
}

func (s Setup) serveNaive(facts *history.File) error {
	nc, err := connectNaive(s)
	if err != nil {
		return err
	}
	n := &naive{facts: &journal{s.Name, facts}, requests: make(chan *nats.Msg, naiveBacklog)}
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	sub, err := nc.ChanQueueSubscribe(naiveSubject, naiveQueue, n.requests)
	if err != nil {
		return err
	}
	for range s.Worker.Workers {
		n.workers.Go(n.work)
	}
	_ = nc.Flush() // without a broker it starts anyway
	sayReady()
	<-signals
	go func() { // ends with the process
		<-signals
		os.Exit(forcedExit) //nolint:forbidigo // this is the main function
	}()
	return n.stop(nc, sub)
}

// forcedExit is the exit code after a second signal, as that of service.Main.
const forcedExit = 130

// stop lets the workers finish what has arrived.
func (n *naive) stop(nc *nats.Conn, sub *nats.Subscription) error {
	if err := sub.Unsubscribe(); err != nil {
		return err
	}
	if err := nc.Flush(); err != nil {
		return err
	}
	close(n.requests)
	n.workers.Wait()
	err := nc.Flush()
	nc.Close()
	return err
}

func (n *naive) work() {
	for m := range n.requests {
		var t naiveTask
		if json.Unmarshal(m.Data, &t) != nil {
			continue
		}
		by, _ := n.facts.work(context.Background(), t.Method, t.Task) // nothing ends it
		_ = m.Respond([]byte(by))                                     // the caller will see
	}
}

// connectNaive connects as nats.go does, but never gives up: the suite is not
// about that.
func connectNaive(s Setup) (*nats.Conn, error) {
	return nats.Connect(s.URL, nats.RetryOnFailedConnect(true), nats.MaxReconnects(-1))
}
