package httpclient

import (
	"net/http"
	"net/url"
)

// Flaky is Fake with retries.
func Flaky(retries int, h http.Handler) *Client {
	c := Defaults()
	c.Retries = retries
	return newClient("fake", c, &url.URL{Scheme: "http", Host: "fake", Path: "/"}, nil, handled{h})
}
