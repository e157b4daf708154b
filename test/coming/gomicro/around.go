package gomicro

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"go-micro.dev/v5"
	"go-micro.dev/v5/config"
	"go-micro.dev/v5/config/source"
	"go-micro.dev/v5/web"
)

// Every calls f until the service stops: there are no timers.
func Every(ctx context.Context, d time.Duration, f func(context.Context)) micro.Option {
	return micro.AfterStart(func() error {
		go func() {
			ticks := time.NewTicker(d)
			defer ticks.Stop()
			for {
				select {
				case <-ticks.C:
					f(ctx)
				case <-ctx.Done():
					return
				}
			}
		}()
		return nil
	})
}

// Limit reads orders.max_count of the configuration; 10 where nothing says it.
func Limit(from ...source.Source) (int, error) {
	c, err := config.NewConfig()
	if err != nil {
		return 0, err
	}
	defer c.Close() //nolint:errcheck // nothing is watched
	if err := c.Load(from...); err != nil {
		return 0, err
	}
	return c.Get("orders", "max_count").Int(10), nil
}

// NewWeb serves HTTP in a program of its own, and registers it.
func NewWeb(s micro.Service, address string) web.Service {
	w := web.NewService(web.Name("site"), web.Address(address), web.MicroService(s))
	w.HandleFunc("/hello/", func(out http.ResponseWriter, r *http.Request) {
		text, err := Hello(r.Context(), s.Client(), r.URL.Path[len("/hello/"):])
		if err != nil {
			http.Error(out, err.Error(), http.StatusInternalServerError)
			return
		}
		_, _ = fmt.Fprint(out, text) // the client is gone
	})
	return w
}
