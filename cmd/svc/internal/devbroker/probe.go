package devbroker

import (
	"context"
	"io"
	"net"
	"time"

	"github.com/enoki-go/enoki/cmd/svc/internal/devserver"
)

// greeting is how a NATS server begins; it speaks first.
const greeting = "INFO {"

// Probe connects to addr and listens for a NATS server's greeting. It waits for
// at most a second.
func Probe(ctx context.Context, addr string) devserver.Answer {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
	if err != nil {
		return devserver.Nobody
	}
	defer func() { _ = conn.Close() }() // it is only read from
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	have := make([]byte, len(greeting))
	if _, err := io.ReadFull(conn, have); err != nil || string(have) != greeting {
		return devserver.Stranger
	}
	return devserver.Ours
}
