package redisdb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/enoki-go/enoki/fault"
)

// hook gives errors of the connection their code. What Redis itself answers stays.
type hook struct{ server *server }

var _ redis.Hook = hook{}

// DialHook never fails: see undialed.
func (hook) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := next(ctx, network, address)
		if err != nil {
			return undialed{&dialError{err}}, nil //nolint:nilerr // it fails when it is used
		}
		return c, nil
	}
}

// ProcessHook is called for each command.
func (h hook) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, command redis.Cmder) error {
		return h.explain(ctx, command.Name(), next(ctx, command))
	}
}

// ProcessPipelineHook is called for many commands at once, each with an error of its
// own.
func (h hook) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, commands []redis.Cmder) error {
		err := next(ctx, commands)
		for _, c := range commands {
			c.SetErr(h.explain(ctx, c.Name(), c.Err()))
		}
		return h.explain(ctx, "pipeline", err)
	}
}

// explain returns err with a code where it has none and one is known. It may have
// been here before: hooks see what a new connection is set up with, too.
func (h hook) explain(ctx context.Context, command string, err error) error {
	var answer redis.Error
	var explained *fault.Error
	switch {
	case err == nil, errors.As(err, &explained):
		return err
	case errors.As(err, &answer):
		if away(answer) {
			return h.unavailable("", h.server.settings.origin, err)
		}
		return err
	case over(ctx):
		return fmt.Errorf("%s on redis %s: %w", command, h.server.settings.key, ended(ctx))
	default:
		return h.lost(err)
	}
}

// away tells whether an answer means that Redis cannot serve this client now.
func away(answer error) bool {
	return redis.IsLoadingError(answer) || redis.IsMasterDownError(answer) ||
		redis.IsMaxClientsError(answer) || redis.IsAuthError(answer)
}

// over tells whether the caller's time has ended, by its own clock: a connection may
// notice a deadline before the context does.
func over(ctx context.Context) bool {
	deadline, ok := ctx.Deadline()
	return ctx.Err() != nil || ok && !time.Now().Before(deadline)
}

func ended(ctx context.Context) error {
	if ctx.Err() == nil {
		return context.DeadlineExceeded
	}
	return context.Cause(ctx)
}

// lost explains an error of the connection; what is none, such as a value that cannot
// be sent, is the caller's own.
func (h hook) lost(err error) error {
	var dial *dialError
	var network net.Error
	switch section := "configuration key redis." + h.server.settings.key; {
	case errors.Is(err, redis.ErrPoolTimeout), errors.Is(err, redis.ErrPoolExhausted):
		return h.unavailable(": no connection was free in time", section+".pool_timeout, and .pool_size", err)
	case errors.As(err, &dial) && dial.Timeout():
		return h.unavailable(": it could not be connected in time", section+".dial_timeout", err)
	case errors.As(err, &network) && network.Timeout():
		return h.unavailable(": it did not answer in time", section+limit(err), err)
	case dial != nil, network != nil, hasAny(err, io.EOF, io.ErrUnexpectedEOF, net.ErrClosed, os.ErrDeadlineExceeded, redis.ErrClosed):
		return h.unavailable("", h.server.settings.origin, err)
	default:
		return err
	}
}

// limit is which one was reached.
func limit(err error) string {
	var operation *net.OpError
	if errors.As(err, &operation) && operation.Op == "write" {
		return ".write_timeout"
	}
	return ".read_timeout"
}

func hasAny(err error, targets ...error) bool {
	for _, t := range targets {
		if errors.Is(err, t) {
			return true
		}
	}
	return false
}

// unavailable returns why a command failed, as callers may know it.
func (h hook) unavailable(how, setting string, err error) error {
	return ErrUnavailable.Explain("redis %s is not available%s (%s)", h.server.settings.key, how, setting).Because(err)
}
