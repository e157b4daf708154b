// Package shell runs Starlark, a small Python, that calls services.
//
// A program sees n.rpc.<service>.<method>(…), n.dispatch_event(…), n.config, n.data and
// the builtins that the text of help names.
package shell

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"

	"go.starlark.net/lib/json"
	"go.starlark.net/starlark"

	"github.com/enoki-go/enoki/cmd/svc/internal/complete"
	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/rpc"
)

// Config is what a Session works with.
type Config struct {
	Client  *rpc.Standalone   // makes the calls; the caller closes it after the Session
	Section map[string]any    // the configuration, as n.config
	Data    map[string]string // context data that n.data begins with
	JSON    bool              // values are shown as JSON, each on a line, and print prints to Stderr
	Stdout  io.Writer         // values, and what print prints
	Stderr  io.Writer         // errors and times of an interactive session

	// Events connects, for the first event that is emitted; any source will do, since each
	// event has its own. The Session closes what it returns.
	Events func(context.Context) (*events.Standalone, error)
}

// Session is a program with its variables, given in one piece or many. Its
// methods are called by one goroutine.
type Session struct {
	config    Config
	proxy     rpc.Proxy
	emitter   *events.Standalone // nil before the first event
	directory *complete.Directory
	globals   starlark.StringDict
	data      *starlark.Dict // n.data

	person bool // somebody sits there: errors do not end it, calls are timed

	ctx    context.Context // of asynchronous calls, which outlive the statement that makes them
	cancel context.CancelFunc

	pending  []*pending     // calls that may still be under way, or whose error nobody saw
	watching sync.WaitGroup // goroutines that note when calls end
	took     span           // of the results of such calls that the statement has taken
}

// ErrInterrupted is returned where the context of a Session's method ended.
var ErrInterrupted = fmt.Errorf("interrupted: %w", context.Canceled)

// New returns a Session. Close ends it.
func New(c Config) (*Session, error) {
	s := &Session{
		config: c, proxy: c.Client.Proxy(""), data: starlark.NewDict(len(c.Data)),
		directory: complete.NewDirectory(c.Client.Connection()),
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	for key, value := range c.Data {
		if err := s.data.SetKey(starlark.String(key), starlark.String(value)); err != nil {
			return nil, fmt.Errorf("context data: %w", err)
		}
	}
	section, err := toStarlark(c.Section)
	if err != nil {
		return nil, fmt.Errorf("configuration: %w", err)
	}
	section.Freeze()
	s.globals = starlark.StringDict{
		"n": root{starlark.StringDict{
			"rpc": cluster{s}, "config": section, "data": s.data, dispatchName: starlark.NewBuiltin(dispatchName, s.dispatch),
		}},
		"json":   json.Module,
		showName: starlark.NewBuiltin("show", s.show),
	}
	maps.Copy(s.globals, s.builtins())
	return s, nil
}

// Exec runs a whole text; name stands for it in errors. With show, the value of
// each expression statement is printed, unless it is None. Then Exec waits for
// asynchronous calls, and fails with the first whose result nobody asked for and
// that failed. Errors are *Error, *ExitError or ErrInterrupted.
func (s *Session) Exec(ctx context.Context, name, text string, show bool) error {
	err := s.run(ctx, chunk{name: name, line: 1, text: text}, show)
	if err != nil {
		return err
	}
	return s.await(ctx)
}

// Pipe runs statement by statement what in holds, and prints the value of each
// expression statement. It ends with the first error, else as Exec does.
func (s *Session) Pipe(ctx context.Context, name string, in io.Reader) error {
	source := chunks{name: name, input: newPipe(ctx, in)}
	for {
		c, err := source.next()
		if errors.Is(err, io.EOF) {
			return s.await(ctx)
		}
		if err == nil {
			err = s.run(ctx, c, true)
		}
		if err != nil {
			return err
		}
	}
}

// await waits for all asynchronous calls. It returns the first error that nobody
// has seen.
func (s *Session) await(ctx context.Context) error {
	var unseen error
	for _, p := range s.pending {
		_, err := p.call.Result(ctx)
		if ctx.Err() != nil {
			return ErrInterrupted
		}
		if err != nil && !p.asked && unseen == nil {
			unseen = &Error{Pos: p.at, Err: err}
		}
	}
	return unseen
}

// Close ends asynchronous calls and waits until they have.
func (s *Session) Close() {
	s.cancel()
	for _, p := range s.pending {
		<-p.call.Done()
	}
	s.watching.Wait()
	if s.emitter != nil {
		_ = s.emitter.Close() // nothing is emitted any more
	}
}

// add notes a call for await and Close.
func (s *Session) add(p *pending) {
	s.pending = append(slices.DeleteFunc(s.pending, (*pending).settled), p)
}
