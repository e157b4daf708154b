// Package site is a service that a page with nothing but the JavaScript client talks to.
package site

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/web"
)

// ErrSoldOut is the error that Buy returns.
var ErrSoldOut = fault.Declare("site.sold_out", fault.Conflict, "sold out")

// Site answers what the page asks.
type Site struct {
	Hub *web.Hub

	_ web.Route  `method:"Page" route:"GET /{$}"`
	_ web.Socket `method:"Add" args:"a,b"`
	_ web.Socket `method:"Buy"`
	_ web.Socket `method:"Watch" args:"channel"`
	_ web.Socket `method:"Shout" args:"channel,text"`
	_ web.Socket `method:"Hold"`
	_ web.Socket `method:"Never"`
}

// Page is empty but for the client, which the test uses by its name.
func (*Site) Page(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, err := io.WriteString(w, `<!doctype html><link rel="icon" href="data:,"><title>site</title>
<script type="module">import * as enoki from "/svc/client.js"; window.enoki = enoki;</script>`)
	return err
}

// Add adds.
func (*Site) Add(a, b int) int { return a + b }

// Buy fails with an error that the service has declared.
func (*Site) Buy() error { return fmt.Errorf("buy: %w", ErrSoldOut) }

// Watch lets the caller hear what is shouted.
func (s *Site) Watch(ctx context.Context, channel string) error {
	return s.Hub.Subscribe(web.SocketFrom(ctx).ID(), channel)
}

// Shout tells a text to those who watch.
func (s *Site) Shout(ctx context.Context, channel, text string) error {
	return s.Hub.Broadcast(ctx, channel, "shouted", text)
}

// Hold says that it has begun, and answers a little later.
func (*Site) Hold(ctx context.Context) (string, error) {
	if err := web.SocketFrom(ctx).Send("begun", nil); err != nil {
		return "", err
	}
	timer := time.NewTimer(300 * time.Millisecond)
	defer timer.Stop()
	select {
	case <-timer.C:
		return "done", nil
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}

// Never answers only when the service stops and loses patience.
func (*Site) Never(ctx context.Context) error {
	<-ctx.Done()
	return context.Cause(ctx)
}
