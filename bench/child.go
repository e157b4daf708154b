package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/pprof"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// assignmentVariable holds the assignment, as JSON, where this process is a
// child of another bench.
const assignmentVariable = "ENOKI_BENCH_CHILD"

// What a child is.
const (
	roleBroker = "broker"
	roleServer = "server"
	roleClient = "client"
)

// assignment says what a child is.
type assignment struct {
	Role       string
	Contestant string `json:",omitempty"`
	URL        string `json:",omitempty"` // of the broker, or of the site that a client asks
	Workers    int    `json:",omitempty"` // of our service; 0 for the default
}

func (a assignment) String() string {
	if a.Contestant == "" {
		return a.Role
	}
	return a.Role + " of " + a.Contestant
}

// order is a line that a child reads, answer a line that it writes; the first
// answer says that it is ready.
type order struct {
	Do    string
	Round round  `json:",omitzero"`
	File  string `json:",omitempty"`
}

// What a child can be told to do; the end of its input tells it to end.
const (
	doRound       = "round"
	doUsage       = "usage"
	doProfile     = "profile"
	doStopProfile = "stop profile"
)

type answer struct {
	Error string `json:",omitempty"`
	URL   string `json:",omitempty"` // where clients find the child; empty for one that they do not
	Tally tally  `json:",omitzero"`
	Usage usage  `json:",omitzero"`
}

// usage is what a process has used since it started.
type usage struct {
	CPU     time.Duration
	Mallocs uint64
}

// child is the process that carries out orders.
type child struct {
	url     string // where clients find it
	client  client
	close   func() error
	profile *os.File
}

// childMain carries out the orders in in until it ends.
func childMain(text string, in io.Reader, out io.Writer) error {
	var a assignment
	if err := json.Unmarshal([]byte(text), &a); err != nil {
		return fmt.Errorf("read %s: %w", assignmentVariable, err)
	}
	c, err := assume(a)
	if err != nil {
		return fmt.Errorf("start %s: %w", a, err)
	}
	return errors.Join(c.serve(in, out), c.close())
}

// assume starts what a child is.
func assume(a assignment) (c child, err error) {
	if a.Role == roleBroker {
		return startBroker()
	}
	contestant, ok := contestantNamed(a.Contestant)
	switch {
	case !ok:
		return c, errors.New("no such contestant")
	case a.Role == roleServer:
		var s site
		s, err = contestant.serve(a)
		c.url, c.close = s.url, s.stop
	case a.Role == roleClient && contestant.dial != nil:
		c.client, err = contestant.dial(a)
		c.close = c.client.close
	default:
		return c, fmt.Errorf("have role %q, want %s, %s or %s", a.Role, roleBroker, roleServer, roleClient)
	}
	return c, err
}

// startBroker keeps what is stored in a folder of its own until the end.
func startBroker() (child, error) {
	dir, err := os.MkdirTemp("", "bench-broker-")
	if err != nil {
		return child{}, err
	}
	s, err := server.NewServer(&server.Options{
		Host: "127.0.0.1", Port: server.RANDOM_PORT, NoLog: true, NoSigs: true,
		JetStream: true, StoreDir: dir,
	})
	if err != nil {
		return child{}, errors.Join(err, os.RemoveAll(dir))
	}
	s.Start()
	end := func() error {
		s.Shutdown()
		s.WaitForShutdown()
		return os.RemoveAll(dir)
	}
	if !s.ReadyForConnections(launchLimit) {
		return child{}, errors.Join(fmt.Errorf("not ready within %v", launchLimit), end())
	}
	return child{url: s.ClientURL(), close: end}, nil
}

func (c *child) serve(in io.Reader, out io.Writer) error {
	orders, answers := json.NewDecoder(in), json.NewEncoder(out)
	for a := (answer{URL: c.url}); ; {
		if err := answers.Encode(a); err != nil {
			return err
		}
		var o order
		err := orders.Decode(&o)
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("read order: %w", err)
		}
		if a, err = c.do(o); err != nil {
			a = answer{Error: err.Error()}
		}
	}
}

func (c *child) do(o order) (a answer, err error) {
	switch o.Do {
	case doRound:
		a.Tally, err = o.Round.run(context.Background(), c.client)
	case doUsage:
		a.Usage, err = ownUsage()
	case doProfile:
		err = c.startProfile(o.File)
	case doStopProfile:
		pprof.StopCPUProfile()
		err = c.profile.Close()
	default:
		err = fmt.Errorf("unknown order %q", o.Do)
	}
	return a, err
}

func (c *child) startProfile(file string) (err error) {
	if c.profile, err = os.Create(file); err != nil {
		return err
	}
	return pprof.StartCPUProfile(c.profile)
}

// ownUsage reads the memory statistics last, because that stops the world.
func ownUsage() (u usage, err error) {
	if u.CPU, err = cpuTime(); err != nil {
		return u, fmt.Errorf("read own CPU time: %w", err)
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	u.Mallocs = m.Mallocs
	return u, nil
}
