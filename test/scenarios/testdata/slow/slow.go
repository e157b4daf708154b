// Package slow takes its time, and keeps a record of it.
package slow

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
)

// Slow works slowly.
type Slow struct {
	_ rpc.Method `method:"Work" args:"n,ms"`
}

// Work takes ms milliseconds and returns n and the id of its process.
func (*Slow) Work(ctx context.Context, n, ms int) (number, pid int, err error) {
	if err := record("start", n); err != nil {
		return 0, 0, err
	}
	timer := time.NewTimer(time.Duration(ms) * time.Millisecond)
	defer timer.Stop()
	select {
	case <-timer.C:
		return n, os.Getpid(), record("end", n)
	case <-ctx.Done():
		return 0, 0, errors.Join(ctx.Err(), record("cancel", n))
	}
}

// record appends a line to the file that ENOKI_HISTORY names, in one write, so
// that the lines of several processes do not mix and none is lost with its writer.
func record(event string, n int) error {
	f, err := os.OpenFile(os.Getenv("ENOKI_HISTORY"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(f, event, os.Getpid(), n, time.Now().UnixNano())
	return errors.Join(err, f.Close())
}

// Options tells who is about to start: svc run is the parent of who works.
func Options() []service.Option {
	fmt.Fprintln(os.Stderr, "slow is process", os.Getpid())
	return nil
}
