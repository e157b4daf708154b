package rpc

import (
	"context"
	"time"

	"github.com/enoki-go/enoki/dependency"
)

// ProxyOf returns the proxy of all services for a provider that makes calls on behalf of
// others, such as a gateway. Methods of services have a field of type Proxy. It is asked
// for while services are declared.
func ProxyOf(h dependency.Host) (Proxy, error) {
	c, err := callerOf(h)
	if err != nil {
		return Proxy{}, err
	}
	return proxyOf(c, ""), nil
}

// AtOnce returns a proxy whose calls do not wait for a service of which no instance is
// running, though it is known: they fail at once with ErrUnknownService.
func (p Proxy) AtOnce() Proxy {
	p.atOnce = true
	return p
}

// WithTimeout returns a proxy whose calls wait for an answer as long as d where their
// context says nothing less; errors name the setting.
func (p Proxy) WithTimeout(d time.Duration, setting string) Proxy {
	p.timeout, p.setting = d, setting
	return p
}

// Known returns the names of the services that exist, running or not, sorted: those that
// have registered on this broker within a week. Where nobody can tell, because the
// broker is away or stores nothing, there are none. It waits for a second at the most.
func (p Proxy) Known(ctx context.Context) []string {
	if p.caller == nil {
		return nil
	}
	k, ok := p.caller.known.(*known)
	if !ok {
		return nil
	}
	return k.names(ctx)
}
