package devbroker

import (
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// A logger writes what the server says. Unlike the server's own it survives a
// fatal message, which Start turns into an error.
type logger struct {
	verbose bool
	fatal   chan string

	mu sync.Mutex // guards to
	to io.Writer
}

var _ server.Logger = (*logger)(nil)

// await returns once s accepts connections, or the fatal message that says why
// it never will: s itself goes on half started.
func (l *logger) await(s *server.Server) error {
	for deadline := time.Now().Add(ready); time.Now().Before(deadline); {
		accepts := s.ReadyForConnections(ready / 100)
		select {
		case text := <-l.fatal:
			return errors.New(text)
		default:
		}
		if accepts {
			return nil
		}
	}
	return fmt.Errorf("not ready after %s", ready)
}

func (l *logger) line(level, format string, args []any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	// There is nowhere to report that a log cannot be written.
	_, _ = fmt.Fprintf(l.to, "%s %s %s\n", time.Now().Format(time.RFC3339), level, fmt.Sprintf(format, args...))
}

// Noticef implements server.Logger.
func (l *logger) Noticef(format string, args ...any) {
	if l.verbose {
		l.line("info", format, args)
	}
}

// Warnf implements server.Logger.
func (l *logger) Warnf(format string, args ...any) { l.line("warning", format, args) }

// Errorf implements server.Logger.
func (l *logger) Errorf(format string, args ...any) { l.line("error", format, args) }

// Fatalf implements server.Logger. It keeps the first message and returns.
func (l *logger) Fatalf(format string, args ...any) {
	l.line("fatal", format, args)
	select {
	case l.fatal <- fmt.Sprintf(format, args...):
	default:
	}
}

// Debugf implements server.Logger; nothing is logged.
func (*logger) Debugf(string, ...any) {}

// Tracef implements server.Logger; nothing is logged.
func (*logger) Tracef(string, ...any) {}
