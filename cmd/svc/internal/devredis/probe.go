package devredis

import (
	"bufio"
	"context"
	"io"
	"net"
	"regexp"
	"time"

	"github.com/enoki-go/enoki/cmd/svc/internal/devserver"
)

// answers are how a Redis answers a PING, also one that wants a password or is not
// ready yet.
var answers = regexp.MustCompile(`^(\+PONG|-[A-Z]+ .*)\r\n$`)

// Probe connects to addr and asks whether a Redis is there. It waits for at most a
// second.
func Probe(ctx context.Context, addr string) devserver.Answer {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
	if err != nil {
		return devserver.Nobody
	}
	defer func() { _ = conn.Close() }() // nothing depends on it
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	if _, err := io.WriteString(conn, "*1\r\n$4\r\nPING\r\n"); err != nil {
		return devserver.Stranger
	}
	have, err := bufio.NewReader(io.LimitReader(conn, 1024)).ReadString('\n')
	if err != nil || !answers.MatchString(have) {
		return devserver.Stranger
	}
	return devserver.Ours
}
