// Package hostile is services that anybody may reach, for tests whose clients mean no
// good.
package hostile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime/debug"
	"time"

	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
	"github.com/enoki-go/enoki/web"
)

// Shop has routes of each kind.
type Shop struct {
	_ web.Auth  `method:"Authenticate"`
	_ web.Route `method:"Order" route:"POST /orders"`
	_ web.Route `method:"Order" route:"POST /imports" body:"16777216" auth:"none"`
	_ web.Route `method:"Show" route:"GET /orders/{id}" auth:"none"`
	_ web.Route `method:"Find" route:"GET /names/{name}" auth:"none"`
	_ web.Route `method:"Stream" route:"POST /stream" timeout:"2s" workers:"4" auth:"none"`
	_ web.Route `method:"Download" route:"GET /download" timeout:"2s" workers:"4" auth:"none"`
	_ web.Route `method:"Seen" route:"GET /seen" auth:"none"`
	_ web.Route `method:"Work" route:"GET /work/{ms}" auth:"none"`
	_ web.Route `method:"Settle" route:"POST /settle" auth:"none"`

	Witness rpc.Func[rpc.None, web.Data] `rpc:"witness.seen"`
}

// Authenticate knows one client.
func (*Shop) Authenticate(r *http.Request) (web.Data, error) { return authenticate(r) }

func authenticate(r *http.Request) (web.Data, error) {
	if r.Header.Get("Authorization") != "Bearer sesame" {
		return nil, fault.New(fault.Unauthenticated, "who are you?")
	}
	return web.Data{"user": "ali"}, nil
}

// Order is what is ordered.
type Order struct {
	Article string `json:"article"`
	Note    any    `json:"note,omitempty"`
}

// Order takes an order.
func (*Shop) Order(in Order) Order { return in }

// Shown is an order, and the process that shows it.
type Shown struct {
	ID  int `json:"id"`
	PID int `json:"pid"`
}

// Show returns an order.
func (*Shop) Show(id int) Shown { return Shown{id, os.Getpid()} }

// Find returns a name.
func (*Shop) Find(name string) string { return fmt.Sprintf("found %q", name) }

// Stream sends back what comes, as it comes.
func (*Shop) Stream(w http.ResponseWriter, r *http.Request) error {
	if err := http.NewResponseController(w).EnableFullDuplex(); err != nil {
		return err
	}
	_, err := io.Copy(w, r.Body)
	return err
}

// downloadSize is more than the kernel takes for a client that does not read.
const downloadSize = 64 << 20

// Download sends a lot.
func (*Shop) Download(w http.ResponseWriter, _ *http.Request) error {
	part := make([]byte, 1<<16)
	for range downloadSize / len(part) {
		if _, err := w.Write(part); err != nil {
			return err
		}
	}
	return nil
}

// Seen returns the context data that a service further down has.
func (s *Shop) Seen(ctx context.Context) (web.Data, error) { return s.Witness(ctx, rpc.None{}) }

// Work says that it works, and takes ms milliseconds.
func (*Shop) Work(ctx context.Context, ms int) error {
	fmt.Fprintln(os.Stderr, "working")
	timer := time.NewTimer(time.Duration(ms) * time.Millisecond)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return errors.New("the work was cut off")
	}
}

// Settle returns to the system what the process does not need.
func (*Shop) Settle() { debug.FreeOSMemory() }

// Witness is called by the shop.
type Witness struct {
	_ rpc.Method `method:"Seen"`
}

// Seen returns the context data that has come with the call.
func (*Witness) Seen(ctx context.Context) web.Data { return entrypoint.Data(ctx) }

// Options tells who is about to start: svc run is the parent of who works.
func Options() []service.Option {
	fmt.Fprintln(os.Stderr, "hostile is process", os.Getpid())
	return nil
}
