//go:build !unix

package broker

import "net"

// instant is for systems whose sockets can be asked not to wait.
type instant struct{}

func newInstant(net.Conn) *instant { return nil }

func (*instant) write([]byte) (int, error) { return 0, nil }
