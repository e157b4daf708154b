package role

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime"
	"sync"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/test/chaos/history"
)

// Caller is a process that makes calls. It prints that it is ready, begins when
// it is told Go, prints a Summary when the last call has returned, and ends with
// its input.
type Caller struct {
	Load     Load
	Deadline time.Duration // of each call
}

// Go is what a caller is told to begin.
const Go = "go"

// Summary is what a caller has seen of itself.
type Summary struct {
	Calls            int
	GoroutinesBefore int // when it was ready
	GoroutinesAfter  int // when they were as few again, or after levelLimit
}

// levelLimit is how long goroutines may take to end after the load.
const levelLimit = 5 * time.Second

// callFunc makes a call and returns the name of the process that answered it.
type callFunc func(ctx context.Context, method string, t Task) (by string, err error)

// caller is a run of Caller.
type caller struct {
	Caller
	name  string
	do    callFunc
	facts *journal
	calls sync.WaitGroup
}

func (s Setup) call(facts *history.File) error {
	do, err := s.connect()
	if err != nil {
		return err
	}
	c := &caller{Caller: *s.Caller, name: s.Name, do: do, facts: &journal{s.Name, facts}}
	if err := c.warm(); err != nil {
		return err
	}
	summary := Summary{GoroutinesBefore: runtime.NumGoroutine()}
	sayReady()
	orders := bufio.NewScanner(os.Stdin)
	if !orders.Scan() || orders.Text() != Go {
		return nil // the parent has changed its mind
	}
	c.Load.each(func(n int, method string, d time.Duration) {
		summary.Calls++
		c.calls.Go(func() { c.one(fmt.Sprintf("%s-%d", c.name, n), method, d) })
	})
	c.calls.Wait()
	summary.GoroutinesAfter = settle(summary.GoroutinesBefore)
	if err := json.NewEncoder(os.Stdout).Encode(summary); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// settle waits until there are no more goroutines than before.
func settle(before int) int {
	deadline := time.Now().Add(levelLimit)
	for runtime.NumGoroutine() > before && time.Now().Before(deadline) {
		_ = pause(context.Background(), 50*time.Millisecond) // its context does not end
	}
	return runtime.NumGoroutine()
}

// warm calls until there is an answer; these calls have no ID and are not judged.
func (c *caller) warm() error {
	deadline := time.Now().Add(readyLimit)
	for {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		_, err := c.do(ctx, Work, Task{})
		cancel()
		if err == nil || time.Now().After(deadline) {
			return err
		}
		_ = pause(context.Background(), 50*time.Millisecond) // its context does not end
	}
}

// one makes a call and writes down what became of it.
func (c *caller) one(id, method string, d time.Duration) {
	ctx, cancel := context.WithTimeout(context.Background(), c.Deadline)
	defer cancel()
	c.facts.write(history.Fact{Kind: history.Sent, ID: id, Method: method, Limit: c.Deadline})
	began := time.Now()
	by, err := c.do(ctx, method, Task{ID: id, For: d})
	f := history.Fact{Kind: history.Answered, ID: id, Method: method, Took: time.Since(began), By: by}
	if err != nil {
		f.Error = err.Error()
		_, f.Typed = errors.AsType[*fault.Error](err)
	}
	c.facts.write(f)
}

// connect returns how this process calls.
func (s Setup) connect() (callFunc, error) {
	if s.Naive {
		return s.connectNaive()
	}
	client, err := s.dial()
	if err != nil {
		return nil, err
	}
	methods := map[string]rpc.Func[Task, string]{}
	for _, m := range []string{Work, Once, Panic} {
		if methods[m], err = rpc.FuncOf[Task, string](client, "chaos."+m); err != nil {
			return nil, err
		}
	}
	return func(ctx context.Context, method string, t Task) (string, error) { return methods[method](ctx, t) }, nil
}

// dial connects as the configuration of a program would have it.
func (s Setup) dial() (*rpc.Standalone, error) {
	return rpc.Dial("", rpc.WithConfig(s.config()), rpc.WithLogger(s.logger()))
}

func (s Setup) config() broker.Config {
	config := broker.Defaults()
	config.URL, config.Replicas = s.URL, s.Replicas
	return config
}

func (Setup) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelInfo}))
}

func (s Setup) connectNaive() (callFunc, error) {
	nc, err := connectNaive(s)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, method string, t Task) (string, error) {
		body, err := json.Marshal(naiveTask{method, t})
		if err != nil {
			return "", err
		}
		m, err := nc.RequestWithContext(ctx, naiveSubject, body)
		if err != nil {
			return "", err
		}
		return string(m.Data), nil
	}, nil
}
