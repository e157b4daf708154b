//go:build unix

package broker

import (
	"errors"
	"net"
	"syscall"
)

// instant writes to a socket what that takes at once.
type instant struct {
	raw  syscall.RawConn
	try  func(fd uintptr) bool // made once: it is called for most messages
	rest []byte
	n    int
	err  error
}

// newInstant returns nil for what is no socket.
func newInstant(conn net.Conn) *instant {
	socket, ok := conn.(syscall.Conn)
	if !ok {
		return nil
	}
	raw, err := socket.SyscallConn()
	if err != nil {
		return nil
	}
	i := &instant{raw: raw}
	i.try = func(fd uintptr) bool {
		i.n, i.err = syscall.Write(int(fd), i.rest) //nolint:gosec // a descriptor
		return true                                 // whatever came of it: false would wait
	}
	return i
}

// write returns how much of b was written without waiting, which may be nothing. Only
// one goroutine may be in it.
func (i *instant) write(b []byte) (int, error) {
	i.rest = b
	err := i.raw.Write(i.try)
	i.rest = nil
	if err == nil {
		err = i.err
	}
	if errors.Is(err, syscall.EAGAIN) || errors.Is(err, syscall.EINTR) {
		return 0, nil
	}
	return max(i.n, 0), err
}
