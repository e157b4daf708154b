package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

const (
	launchLimit = 20 * time.Second // from exec to ready, and for an order besides its round
	stopLimit   = 3 * time.Second  // from the end of its input to a kill
)

// process is a child of this one. It carries out one order at a time.
type process struct {
	assignment assignment
	url        string // where clients find it; empty for a client, and for a server behind the broker

	cmd     *exec.Cmd
	end     context.CancelFunc
	orders  *json.Encoder
	answers *json.Decoder
}

// launch starts a child and returns once it is ready. It ends with ctx, at the
// latest with this process.
func launch(ctx context.Context, a assignment) (*process, error) {
	p, err := start(ctx, a)
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", a, err)
	}
	ready, err := p.await(launchLimit)
	if err != nil {
		p.stop()
		return nil, fmt.Errorf("start %s: %w", a, err)
	}
	p.url = ready.URL
	return p, nil
}

func start(ctx context.Context, a assignment) (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(a)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	p := &process{assignment: a, end: cancel}
	p.cmd = exec.CommandContext(ctx, self)
	p.cmd.Env = append(os.Environ(), assignmentVariable+"="+string(text))
	p.cmd.Stderr = os.Stderr
	p.cmd.SysProcAttr = attributes()
	if err := p.connect(); err != nil {
		cancel()
		return nil, err
	}
	return p, nil
}

// connect starts the process. Its context's end closes its input, which ends it,
// or else it is killed.
func (p *process) connect() error {
	in, err := p.cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	p.orders, p.answers = json.NewEncoder(in), json.NewDecoder(out)
	p.cmd.WaitDelay = stopLimit
	p.cmd.Cancel = func() error {
		_ = in.Close() // a second close only
		return os.ErrProcessDone
	}
	return p.cmd.Start()
}

// ask has an order carried out.
func (p *process) ask(o order) (answer, error) {
	err := p.orders.Encode(o)
	var a answer
	if err == nil {
		a, err = p.await(o.Round.Duration + launchLimit)
	}
	if err != nil {
		return a, fmt.Errorf("%s: %s: %w", p.assignment, o.Do, err)
	}
	return a, nil
}

// await reads an answer. A child that gives none in time is ended.
func (p *process) await(limit time.Duration) (a answer, err error) {
	timer := time.AfterFunc(limit, p.end)
	defer timer.Stop()
	err = p.answers.Decode(&a)
	switch {
	case errors.Is(err, io.EOF):
		return a, fmt.Errorf("the process ended, or gave no answer within %v and was ended", limit)
	case err != nil:
		return a, err
	case a.Error != "":
		return a, errors.New(a.Error)
	}
	return a, nil
}

// stop ends the process and waits until it has.
func (p *process) stop() {
	p.end()
	_ = p.cmd.Wait() // it has said on standard error what went wrong
}
