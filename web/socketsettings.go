package web

import (
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/enoki-go/enoki/web/internal/sock"
)

// socketSettings is the configuration section web.sockets.
type socketSettings struct {
	ReadLimit int64         // bytes of a frame from a client; 64 KiB
	Ping      time.Duration // from one ping to the next; 20 s
	Pong      time.Duration // how long the answer may take; 10 s
	Write     time.Duration // how long a client may take to take a frame; 5 s
	Idle      time.Duration // how long a client may send no frame; 0, as long as it likes
	Queue     int           // frames that wait for a client that does not read; 256
	Origins   []string      // of pages that may connect, besides those of the same host; "*" for all
	Max       int           // sockets open at once in this process; 10 000
	Rate      float64       // frames, pings and pongs of a client per second; 100
	Burst     int           // how many of them may come at once; 200
	Parallel  int           // requests of a socket that run or wait at once; 16
}

// usualSockets returns the settings that hold where nothing else is said.
func usualSockets() socketSettings {
	return socketSettings{
		ReadLimit: 64 << 10, Ping: 20 * time.Second, Pong: 10 * time.Second, Write: 5 * time.Second,
		Queue: 256, Max: 10_000, Rate: 100, Burst: 200, Parallel: 16,
	}
}

func readSocketSettings(h Host) (socketSettings, error) {
	s, err := readSettings(h)
	if err != nil {
		return s.Sockets, err
	}
	return s.Sockets, s.Sockets.check()
}

func (s socketSettings) check() error {
	var errs []error
	positive := func(key string, ok bool, have any) {
		if !ok {
			errs = append(errs, fmt.Errorf("configuration key web.sockets.%s: have %v, want more than 0", key, have))
		}
	}
	positive("read_limit", s.ReadLimit > 0, s.ReadLimit)
	positive("ping", s.Ping > 0, s.Ping)
	positive("pong", s.Pong > 0, s.Pong)
	positive("write", s.Write > 0, s.Write)
	positive("queue", s.Queue > 0, s.Queue)
	positive("max", s.Max > 0, s.Max)
	positive("rate", s.Rate > 0, s.Rate)
	positive("burst", s.Burst > 0, s.Burst)
	positive("parallel", s.Parallel > 0, s.Parallel)
	if s.Idle < 0 {
		errs = append(errs, fmt.Errorf("configuration key web.sockets.idle: have %v, want 0s (for as long as the client likes) or more", s.Idle))
	}
	for _, origin := range s.Origins {
		if u, err := url.Parse(origin); origin != "*" && (err != nil || u.Scheme == "" || u.Host == "" || u.Path != "") {
			errs = append(errs, fmt.Errorf("configuration key web.sockets.origins: have %q, want a scheme and a host, as in https://example.com, or *", origin))
		}
	}
	return errors.Join(errs...)
}

// limits returns what bounds one connection.
func (s socketSettings) limits() sock.Options {
	return sock.Options{
		ReadLimit: s.ReadLimit, Ping: s.Ping, Pong: s.Pong, Write: s.Write, Idle: s.Idle,
		Queue: s.Queue, Rate: s.Rate, Burst: s.Burst,
	}
}
