// Package inprocess finds the brokers of the process itself by their address.
package inprocess

import (
	"net"
	"strconv"
	"sync"
)

// host is of a network that RFC 5737 keeps for documentation: nothing answers
// there. It is no name, because a name would be looked up before it is dialled.
const host = "192.0.2.0"

// registry is what Serve was given.
var registry struct {
	mu      sync.RWMutex // guards dialers
	dialers map[string]func() (net.Conn, error)
}

// Serve gives dial an address, host:port, under which Lookup finds it until forget
// is called. Both are safe for concurrent use; dial is called from any goroutine.
func Serve(dial func() (net.Conn, error)) (address string, forget func()) {
	registry.mu.Lock()
	defer registry.mu.Unlock()
	if registry.dialers == nil {
		registry.dialers = map[string]func() (net.Conn, error){}
	}
	for port, taken := 1, true; taken; port++ {
		address = net.JoinHostPort(host, strconv.Itoa(port))
		_, taken = registry.dialers[address]
	}
	registry.dialers[address] = dial
	return address, func() {
		registry.mu.Lock()
		defer registry.mu.Unlock()
		delete(registry.dialers, address)
	}
}

// Lookup returns what connects to address, nil where that is on a network.
func Lookup(address string) func() (net.Conn, error) {
	registry.mu.RLock()
	defer registry.mu.RUnlock()
	return registry.dialers[address]
}
