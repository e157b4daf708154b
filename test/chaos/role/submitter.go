package role

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"math/rand/v2"
	"os"
	"sync"
	"time"

	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/test/chaos/history"
)

// Submitter is a process that makes durable calls and does not wait for their
// results. It begins when it is told Go, prints a Summary when its input ends and
// the last call was taken, and ends.
type Submitter struct {
	Seed     uint64
	Rate     float64       // calls per second
	Deadline time.Duration // of submitting, not of the call
}

// Last tells a submitter to submit one more call, and to print a line as soon as
// it has written down that it was taken. It does nothing more: now is the moment
// to kill it.
const Last = "last"

// Between these a durable call takes.
const (
	durableLeast = 50 * time.Millisecond
	durableMost  = time.Second
)

// submitter is a run of Submitter.
type submitter struct {
	Submitter

	name    string
	job     rpc.Job[Task, string]
	facts   *journal
	rng     *rand.Rand
	count   int
	submits sync.WaitGroup
}

func (s Setup) submit(facts *history.File) error {
	client, err := s.dial()
	if err != nil {
		return err
	}
	name := fnv.New64()
	_, _ = io.WriteString(name, s.Name) // cannot fail
	r := &submitter{Submitter: *s.Submitter, name: s.Name, facts: &journal{s.Name, facts}}
	r.rng = rand.New(rand.NewPCG(r.Seed, name.Sum64()))
	if r.job, err = rpc.JobOf[Task, string](client, "chaos."+Durable); err != nil {
		return err
	}
	orders := readOrders()
	sayReady()
	if <-orders != Go {
		return nil // the parent has changed its mind
	}
	return r.run(orders)
}

// readOrders returns what the parent says, line by line.
func readOrders() <-chan string {
	orders := make(chan string)
	go func() { // ends with the input, at the latest with the process
		defer close(orders)
		for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
			orders <- lines.Text()
		}
	}()
	return orders
}

// run submits calls at an even rate.
func (r *submitter) run(orders <-chan string) error {
	tick := time.NewTicker(time.Duration(float64(time.Second) / r.Rate))
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			next := r.next()
			r.submits.Go(func() { r.one(next) })
		case order, ok := <-orders:
			if !ok {
				r.submits.Wait()
				return json.NewEncoder(os.Stdout).Encode(Summary{Calls: r.count})
			}
			if order == Last {
				r.one(r.next())
				sayReady()
				tick.Stop()
			}
		}
	}
}

func (r *submitter) next() Task {
	t := Task{ID: fmt.Sprintf("%s-%d", r.name, r.count)}
	t.For = durableLeast + time.Duration(r.rng.Int64N(int64(durableMost-durableLeast)))
	r.count++
	return t
}

// one submits a call and writes down what became of that.
func (r *submitter) one(t Task) {
	ctx, cancel := context.WithTimeout(context.Background(), r.Deadline)
	defer cancel()
	r.facts.write(history.Fact{Kind: history.Sent, ID: t.ID, Method: Durable, Limit: r.Deadline})
	began := time.Now()
	handle, err := r.job.Submit(ctx, t)
	f := history.Fact{Kind: history.Submitted, ID: t.ID, Method: Durable, Took: time.Since(began), Handle: handle.String()}
	if err != nil {
		f.Error, f.Handle = err.Error(), ""
	}
	r.facts.write(f)
}
