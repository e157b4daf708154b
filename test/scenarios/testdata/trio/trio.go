// Package trio is three services, which run in one process or in three.
package trio

import (
	"context"
	"os"
	"strconv"
	"time"

	"github.com/enoki-go/enoki/rpc"
)

// Alpha works as alpha.
type Alpha struct {
	_ rpc.Method `method:"Work" args:"n,ms"`
}

// Work takes ms milliseconds; it returns its service with n, and its process.
func (*Alpha) Work(ctx context.Context, n, ms int) (string, int, error) {
	return work(ctx, "alpha", n, ms)
}

// Beta works as beta.
type Beta struct {
	_ rpc.Method `method:"Work" args:"n,ms"`
}

// Work takes ms milliseconds; it returns its service with n, and its process.
func (*Beta) Work(ctx context.Context, n, ms int) (string, int, error) {
	return work(ctx, "beta", n, ms)
}

// Gamma works as gamma.
type Gamma struct {
	_ rpc.Method `method:"Work" args:"n,ms"`
}

// Work takes ms milliseconds; it returns its service with n, and its process.
func (*Gamma) Work(ctx context.Context, n, ms int) (string, int, error) {
	return work(ctx, "gamma", n, ms)
}

func work(ctx context.Context, name string, n, ms int) (answer string, pid int, err error) {
	timer := time.NewTimer(time.Duration(ms) * time.Millisecond)
	defer timer.Stop()
	select {
	case <-timer.C:
		return name + " " + strconv.Itoa(n), os.Getpid(), nil
	case <-ctx.Done():
		return "", 0, ctx.Err()
	}
}
