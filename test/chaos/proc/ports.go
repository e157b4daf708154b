package proc

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
)

// Where ports are looked for: below those that systems give to outgoing
// connections. On one of these, a client that dials a dead broker again and again
// can be given the very port it dials; it is then connected to itself, and the
// broker cannot have its port back.
const (
	lowestPort  = 20000
	highestPort = 30000
)

// Ports returns n free ports of the loopback interface.
func Ports(n int) ([]int, error) {
	var ports []int
	var listeners []net.Listener // held, so that no port comes twice
	defer func() {
		for _, l := range listeners {
			_ = l.Close() // it has served
		}
	}()
	var lc net.ListenConfig
	for range 100 * n {
		port := lowestPort + rand.IntN(highestPort-lowestPort)
		l, err := lc.Listen(context.Background(), "tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			continue
		}
		listeners = append(listeners, l)
		if ports = append(ports, port); len(ports) == n {
			return ports, nil
		}
	}
	return nil, errors.New("find free ports: none between 20000 and 30000")
}
