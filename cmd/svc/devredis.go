package main

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"os"
	"os/signal"
	"time"

	"github.com/spf13/cobra"

	"github.com/enoki-go/enoki/cmd/svc/internal/devredis"
	"github.com/enoki-go/enoki/cmd/svc/internal/devserver"
)

// defaultRedis is where services look for Redis unless they are told otherwise.
const defaultRedis = "127.0.0.1:6379"

// devRedis is where the development Redis listens.
func devRedis() string { return cmp.Or(os.Getenv("SVC_DEV_REDIS"), defaultRedis) }

// sharedRedis returns the development Redis at addr.
func sharedRedis(addr string) (devserver.Shared, error) {
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		return devserver.Shared{}, fmt.Errorf("SVC_DEV_REDIS: want host:port, have %q", addr)
	}
	home, err := cacheFolder("redis", port)
	return devredis.Shared(addr, home, "svc", "dev-redis", "--addr", addr), err
}

// ensureRedis finds or starts the development Redis, and says which.
func ensureRedis(ctx context.Context, addr string, note func(string)) error {
	shared, err := sharedRedis(addr)
	if err != nil {
		return err
	}
	return ensure(ctx, shared, "Redis", addr, "in memory; it ends with its data", note)
}

// devRedisVerb is the process that svc run starts; nobody types it.
func devRedisVerb() *cobra.Command {
	var addr string
	var idle time.Duration
	cmd := &cobra.Command{
		Use:     "dev-redis [flags]",
		Short:   "Be the development Redis that svc run shares.",
		Example: "  svc dev-redis\n  svc dev-redis --addr 127.0.0.1:6379 --idle 1m",
		Args:    cobra.NoArgs,
		Hidden:  true,
		RunE:    func(cmd *cobra.Command, _ []string) error { return serveRedis(cmd, addr, idle) },
	}
	cmd.Flags().StringVar(&addr, "addr", devRedis(), "listen at this `HOST:PORT`")
	cmd.Flags().DurationVar(&idle, "idle", 0, "end when no client has been connected for so long (else $SVC_DEV_IDLE, 5m)")
	return cmd
}

func serveRedis(cmd *cobra.Command, addr string, idle time.Duration) error {
	ctx, stop := signal.NotifyContext(cmd.Context(), stopSignals()...)
	defer stop()
	shared, err := sharedRedis(addr)
	if err != nil {
		return asUsage(cmd, err)
	}
	return serveShared(ctx, cmd, shared, idle)
}
