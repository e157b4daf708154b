package svctest_test

import (
	"context"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/service"
	"github.com/enoki-go/enoki/tag"
	svctest "github.com/enoki-go/enoki/testing"
)

// page is a kind of entrypoint that says of itself what a test wants.
type page struct{}

func (page) Declare(t reflect.StructTag, _ *entrypoint.Method, h entrypoint.Host) (entrypoint.Entrypoint, error) {
	p := placed{}
	if err := tag.Read(t, &p); err != nil {
		return nil, err
	}
	web := struct{ Port int }{8000}
	if err := h.Config("web", &web); err != nil {
		return nil, err
	}
	p.URL = strings.ReplaceAll(p.URL, "PORT", strconv.Itoa(web.Port))
	return p, nil
}

type placed struct{ Kind, URL string }

func (placed) Start(context.Context) error { return nil }
func (placed) Stop(context.Context) error  { return nil }

func (p placed) Describe() entrypoint.Description {
	d := entrypoint.Description{Kind: p.Kind}
	if p.URL != "" {
		d.Options = map[string]string{"url": p.URL}
	}
	return d
}

// Site has pages of several kinds.
type Site struct {
	_ page `method:"Other" kind:"rpc" url:"nats://bus"`
	_ page `method:"Silent" kind:"http"`
	_ page `method:"Page" kind:"http" url:"http://127.0.0.1:PORT/orders/{id}"`
	_ page `method:"Secret" kind:"http" url:"https://127.0.0.1:PORT"`
	_ page `method:"Chat" kind:"socket" url:"ws://127.0.0.1:PORT/ws"`
	_ page `method:"Whisper" kind:"socket" url:"wss://[::1]:PORT/ws"`
}

// The methods do nothing.
func (*Site) Other()   {}
func (*Site) Silent()  {}
func (*Site) Page()    {}
func (*Site) Secret()  {}
func (*Site) Chat()    {}
func (*Site) Whisper() {}

func TestWorldKnowsWhereItsServerListens(t *testing.T) {
	for _, tt := range []struct {
		method, config, want string
	}{
		{"Page", "", "http://127.0.0.1:0"}, // what the server would be asked for: any port
		{"Page", "web: {port: 8123}", "http://127.0.0.1:8123"},
		{"Page", "services: {site: {web: {port: 8124}}}", "http://127.0.0.1:8124"},
		{"Secret", "", "https://127.0.0.1:0"},
		{"Chat", "", "http://127.0.0.1:0"},
		{"Whisper", "", "https://[::1]:0"},
	} {
		w := svctest.New(t, &Site{}, service.Only("site", "Other", "Silent", tt.method), svctest.Config(tt.config))
		if have := w.URL(); have != tt.want {
			t.Errorf("%s with %q: have %q, want %q", tt.method, tt.config, have, tt.want)
		}
	}
}

func TestWorldWithoutHTTPHasNoURL(t *testing.T) {
	wantText(t, failureOf(func(t *tb) { svctest.New(t, &Site{}, service.Only("site", "Other")).URL() }),
		"World.URL: no service has HTTP", "kind http or socket", "have site.Other (rpc)")
	wantText(t, failureOf(func(t *tb) { svctest.New(t, &Site{}, service.Only("site", "Other", "Silent")).URL() }),
		"World.URL: site.Silent is reached over HTTP, but does not say where")
}
