package entrypoint_test

import (
	"context"
	"fmt"
	"log/slog"
	"reflect"

	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/service"
	"github.com/enoki-go/enoki/tag"
)

// Lines is a kind of entrypoint of one's own: each line that is typed is a call.
type Lines struct{}

// typed is the outside world.
var typed = make(chan string)

// Declare reads the tag and does no I/O. What is wrong is said with the place of the
// marker.
func (Lines) Declare(t reflect.StructTag, m *entrypoint.Method, h entrypoint.Host) (entrypoint.Entrypoint, error) {
	o := struct{ Prefix string }{}
	if err := tag.Read(t, &o, entrypoint.TagKeys()...); err != nil {
		return nil, err
	}
	return &lines{prefix: o.Prefix, method: m, host: h}, nil
}

type lines struct {
	prefix string
	method *entrypoint.Method
	host   entrypoint.Host
	stop   context.CancelFunc
	over   chan struct{}
}

// Start returns once a line would be received.
func (l *lines) Start(context.Context) error {
	ctx, cancel := context.WithCancel(context.Background())
	l.stop, l.over = cancel, make(chan struct{})
	go l.receive(ctx) // ended and awaited by Stop
	return nil
}

func (l *lines) receive(ctx context.Context) {
	defer close(l.over)
	for {
		select {
		case line := <-typed:
			call := &entrypoint.Call{ID: entrypoint.NewID(), Kind: "line", Method: l.method, Decode: func(into []any) error {
				*into[0].(*string) = l.prefix + line
				return nil
			}}
			_ = l.host.Spawn(ctx, call, func(out any, err error) { fmt.Println(out, err) })
		case <-ctx.Done():
			return
		}
	}
}

// Stop returns once it will spawn no more calls: those that run are the host's.
func (l *lines) Stop(context.Context) error {
	l.stop()
	<-l.over
	return nil
}

// Counter counts letters.
type Counter struct {
	_ Lines `method:"Count" prefix:"> "`
}

// Count is called for each line.
func (*Counter) Count(line string) (int, error) { return len(line), nil }

func ExampleDeclaration() {
	ctx := context.Background()
	app, err := service.New(nil, service.With(&Counter{}), service.Logger(slog.New(slog.DiscardHandler)))
	if err != nil {
		panic(err)
	}
	if err := app.Start(ctx); err != nil {
		panic(err)
	}
	typed <- "hello"
	if err := app.Stop(ctx); err != nil { // after the calls
		panic(err)
	}
	// Output: 7 <nil>
}
