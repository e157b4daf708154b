package shell

import (
	"context"
	"errors"
	"io"
	"os"
)

// Interact runs what a person types. Errors are told and do not end it; a signal
// that arrives on interrupts, nil for none, ends the statement that runs. It
// returns nil at the end of the input, *ExitError, or the error of the input.
func (s *Session) Interact(ctx context.Context, input Input, interrupts <-chan os.Signal) error {
	s.person = true
	source := chunks{name: "input", input: input, person: true}
	for {
		c, err := source.next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.Is(err, ErrInterrupted):
			continue
		case err != nil:
			return err
		}
		err = s.interruptible(ctx, c, interrupts)
		if exit, ok := errors.AsType[*ExitError](err); ok {
			return exit
		}
		switch {
		case ctx.Err() != nil:
			return ErrInterrupted
		case errors.Is(err, ErrInterrupted):
			s.tell("interrupted")
		case err != nil:
			s.tell("svc: " + err.Error())
		}
	}
}

// interruptible runs one statement. A signal from before is no wish to end it.
func (s *Session) interruptible(ctx context.Context, c chunk, interrupts <-chan os.Signal) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	select {
	case <-interrupts:
	default:
	}
	watched := make(chan struct{})
	defer func() { cancel(); <-watched }()
	go func() {
		defer close(watched)
		select {
		case <-interrupts:
			cancel()
		case <-ctx.Done():
		}
	}()
	return s.run(ctx, c, true)
}

// tell says something beside the values. Nothing can be done where nobody hears.
func (s *Session) tell(line string) { _, _ = io.WriteString(s.config.Stderr, line+"\n") }
