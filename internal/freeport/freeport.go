// Package freeport finds ports of the loopback interface where nobody listens, for tests.
//
// They lie below those that systems give to connections and to listeners at port 0, for
// one of these may be taken between the moment it was found free and its use. Several
// processes that test at once do not meet: each holds blocks of its own.
package freeport

import (
	"context"
	"fmt"
	"net"
	"os"
	"strconv"
	"sync"
	"time"
)

const (
	first = 10_000 // the port of the first block
	end   = 32_000 // where no block begins; Linux gives connections 32 768 and above
	size  = 100    // the ports of a block
	most  = 20     // blocks of one process, so that ten can test at once
)

// pool is what this process holds.
var pool struct {
	sync.Mutex
	blocks []net.Listener // at the first port of each block, as long as the process lives
	tried  int            // blocks of all that there are
	at     int            // index of the block in use
	next   int            // port of that block, counted from its first
}

// Failer is a test, of package testing or of testscript.
type Failer interface {
	Fatalf(format string, args ...any)
}

// Addr returns an address where nobody listens, as host:port.
func Addr(t Failer) string { return at(Row(t, 1)) }

// Row is Find for a test, which ends where there are none.
func Row(t Failer, n int) int {
	port, err := Find(n)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return port
}

// Find returns the first of n ports in a row, 99 at most, where nobody listens. No port
// is given twice before a thousand others were, unless many processes test at once.
func Find(n int) (int, error) {
	pool.Lock()
	defer pool.Unlock()
	for range most * size {
		if port := step(n); port > 0 && allFree(port, n) {
			return port, nil
		}
	}
	return 0, fmt.Errorf("find %d free ports in a row: none between %d and %d", n, first, end)
}

// step returns the next row that no earlier one shares a port with, free or not; 0 where
// no block can be had.
func step(n int) int {
	if len(pool.blocks) == 0 || pool.next+n > size {
		switch {
		case hold():
			pool.at = len(pool.blocks) - 1
		case len(pool.blocks) == 0:
			return 0
		default:
			pool.at = (pool.at + 1) % len(pool.blocks)
		}
		pool.next = 1 // the first is held
	}
	port := pool.blocks[pool.at].Addr().(*net.TCPAddr).Port + pool.next
	pool.next += n
	return port
}

// hold takes one more block, and tells whether there was one.
func hold() bool {
	for ; len(pool.blocks) < most && first+pool.tried*size < end; pool.tried++ {
		l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", at(first+pool.tried*size))
		if err == nil {
			pool.blocks = append(pool.blocks, l)
			return true
		}
	}
	return false
}

// allFree dials, for a listener would be inherited for a moment by a process that starts.
func allFree(port, n int) bool {
	dialer := net.Dialer{Timeout: time.Second}
	for p := port; p < port+n; p++ {
		c, err := dialer.DialContext(context.Background(), "tcp", at(p))
		if err == nil {
			_ = c.Close()
		}
		if err == nil || os.IsTimeout(err) {
			return false
		}
	}
	return true
}

func at(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }
