package redisdb

import (
	"errors"
	"net"
	"time"
)

// undialed is a connection that could not be made. go-redis would try five times to
// dial, write each failure to standard error, and then fail for a second without
// trying. A connection that fails is an error like any other, at once.
type undialed struct{ err *dialError }

var _ net.Conn = undialed{}

func (u undialed) Read([]byte) (int, error)  { return 0, u.err }
func (u undialed) Write([]byte) (int, error) { return 0, u.err }

func (undialed) Close() error                     { return nil }
func (undialed) LocalAddr() net.Addr              { return &net.TCPAddr{} }
func (undialed) RemoteAddr() net.Addr             { return &net.TCPAddr{} }
func (undialed) SetDeadline(time.Time) error      { return nil }
func (undialed) SetReadDeadline(time.Time) error  { return nil }
func (undialed) SetWriteDeadline(time.Time) error { return nil }

// dialError is why a connection could not be made.
type dialError struct{ err error }

func (e *dialError) Error() string { return e.err.Error() }
func (e *dialError) Unwrap() error { return e.err }

// Timeout reports whether it took too long.
func (e *dialError) Timeout() bool {
	var network net.Error
	return errors.As(e.err, &network) && network.Timeout()
}
