// Package httpclient calls HTTP APIs on behalf of calls.
//
//	type Orders struct {
//		Payments *httpclient.Client `http:"payments"`
//		…
//	}
//
// The configuration key http.payments.url says where the API is, see [Config].
package httpclient

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/enoki-go/enoki/fault"
)

// ErrUnavailable is the error of requests to an API that cannot be reached. Its text names
// the configuration key behind it, and is not for the public: HTTP answers without it.
var ErrUnavailable = fault.Declare("svc.http_unavailable", fault.Unavailable, "the API is not available")

// Client calls one HTTP API. All services of a process that name the same API share its
// connections. What a method calls with the context of its call ends with the call, and
// carries on its trace. It is safe for concurrent use. In a test, see [Fake].
//
// An API that cannot be reached is a fault.Unavailable that names the configuration key
// of its address, one that is too slow a fault.Timeout that names that of its time.
// Context data that fits no header is a fault.Invalid. Errors and logs hold no queries,
// bodies, headers or passwords; for queries see [Client.HTTP].
type Client struct {
	api  *api
	http *http.Client
}

// Do sends a request and returns the answer, whatever its status; its body is to be
// closed. The URL of the request is relative to that of the API: "/charges?limit=3" is
// below http.payments.url. One that leads elsewhere is refused.
func (c *Client) Do(r *http.Request) (*http.Response, error) {
	target, err := c.api.resolve(r.URL)
	if err != nil {
		return nil, err
	}
	r = r.Clone(r.Context())
	r.URL, r.Host = target, ""
	answer, err := c.http.Do(r)
	if outer, ok := errors.AsType[*url.Error](err); ok {
		err = outer.Err // says the same without the query
	}
	return answer, err
}

// Get is Do with the method GET.
func (c *Client) Get(ctx context.Context, target string) (*http.Response, error) {
	r, err := newRequest(ctx, http.MethodGet, target, nil)
	if err != nil {
		return nil, err
	}
	return c.Do(r)
}

// newRequest is http.NewRequest with an error that does not show the target, which may
// have a secret in its query.
func newRequest(ctx context.Context, method, target string, body io.Reader) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, method, target, body)
	if wrong, ok := errors.AsType[*url.Error](err); ok {
		err = fmt.Errorf("path of a request: %w", wrong.Err)
	}
	return r, err
}

// HTTP returns the same client for libraries that want one of net/http. It takes
// absolute URLs of the API. Its errors are those of net/http, a *url.Error with the whole
// URL: where there are secrets in queries, use Do, whose errors hold none.
func (c *Client) HTTP() *http.Client { return c.http }

// api is where requests may go.
type api struct {
	name string
	base *url.URL
}

// resolve returns where a URL leads that is relative to the base.
func (a *api) resolve(u *url.URL) (*url.URL, error) {
	if u.Host != "" || u.Scheme != "" || u.User != nil || u.Opaque != "" {
		return u, a.within(u)
	}
	target := a.base.JoinPath(u.EscapedPath())
	target.RawQuery, target.Fragment = u.RawQuery, ""
	return target, a.within(target)
}

// within refuses what is not of this API: paths may come from users, and a redirection
// from anybody.
func (a *api) within(u *url.URL) error {
	if !a.sameOrigin(u) {
		return fmt.Errorf("http client %s: have a URL of %s://%s, want one of %s://%s (configuration key http.%s.url)",
			a.name, u.Scheme, u.Host, a.base.Scheme, a.base.Host, a.name)
	}
	root := strings.TrimSuffix(a.base.Path, "/") + "/"
	if !strings.HasPrefix(strings.TrimSuffix(path.Clean("/"+u.Path), "/")+"/", root) {
		return fmt.Errorf("http client %s: have the path %s, want one below %s (configuration key http.%s.url)", a.name, u.Path, root, a.name)
	}
	return nil
}

func (a *api) sameOrigin(u *url.URL) bool {
	return u.Scheme == a.base.Scheme && strings.EqualFold(u.Host, a.base.Host)
}

const maxRedirects = 10

// redirect follows the API where it stays at home: keys in headers are not for others.
func (a *api) redirect(r *http.Request, via []*http.Request) error {
	if len(via) > maxRedirects || a.within(r.URL) != nil {
		return http.ErrUseLastResponse
	}
	return nil
}
