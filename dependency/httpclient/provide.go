package httpclient

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"reflect"
	"time"

	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/tag"
)

var _ dependency.Declaration = (*Client)(nil)

// options are the tag keys of Client.
type options struct {
	HTTP string `tag:"http,required"`
}

// Provide fills the field.
func (*Client) Provide(f reflect.StructField, h dependency.Host) (dependency.Provider, error) {
	var o options
	if err := errors.Join(dependency.WantType[*Client](f), tag.Read(f.Tag, &o)); err != nil {
		return nil, err
	}
	c, base, err := readConfig(h, o.HTTP)
	if err != nil {
		return nil, err
	}
	p, err := dependency.Shared(h, poolKey{o.HTTP, fmt.Sprint(c)}, func() (*pool, error) {
		return newPool(o.HTTP, c, base, dependency.ProcessOf(h)), nil
	})
	if err != nil {
		return nil, err
	}
	return dependency.SameDescribed(p.client, dependency.Description{
		Kind: "http", Target: o.HTTP, Options: map[string]string{"host": base.Host},
	}), nil
}

// poolKey is under which services share a client: the name of an API and its
// configuration, which may be of one service.
type poolKey struct{ name, config string }

// pool is the connections to one API.
type pool struct {
	client      *Client
	connections *http.Transport
}

const (
	idlePerAPI = 100 // connections that are kept while nobody uses them
	idleTime   = 90 * time.Second
)

func newPool(name string, c Config, base *url.URL, process dependency.Process) *pool {
	connections := &http.Transport{
		Proxy: http.ProxyFromEnvironment, DialContext: (&net.Dialer{Timeout: c.Timeout}).DialContext, TLSHandshakeTimeout: c.Timeout,
		MaxIdleConnsPerHost: idlePerAPI, IdleConnTimeout: idleTime, ForceAttemptHTTP2: true,
	}
	return &pool{newClient(name, c, base, process, connections), connections}
}

// newClient puts together what a request passes on its way to the API. The process is nil
// where there is none.
func newClient(name string, c Config, base *url.URL, process dependency.Process, last http.RoundTripper) *Client {
	a := &api{name, base}
	way := &transport{api: a, config: c, next: last}
	if process != nil {
		way.tracer, way.sent = process.Tracer(), process.Sent
	}
	return &Client{a, &http.Client{Transport: way, CheckRedirect: a.redirect}}
}

// Stop closes the connections. It is called after the last call.
func (p *pool) Stop(context.Context) error {
	p.connections.CloseIdleConnections()
	return nil
}
