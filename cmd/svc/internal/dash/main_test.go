package dash_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/enoki-go/enoki/cmd/svc/internal/dash"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
	"github.com/enoki-go/enoki/rpc"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m, plain.Abandoned()...) }

// quick is the interval of the tests.
const quick = 200 * time.Millisecond

// page is a dash, and a browser's side of it.
type page struct {
	t     *testing.T
	url   string
	token string
	http  *http.Client
}

// start serves a dash of a broker until the test ends.
func start(t *testing.T, url string, change ...func(*dash.Options)) *page {
	t.Helper()
	client, err := rpc.Dial(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	if err := client.Connection().Await(await.Within(t)); err != nil {
		t.Fatal(err)
	}
	options := dash.Options{Client: client, Interval: quick}
	for _, f := range change {
		f(&options)
	}
	server := httptest.NewUnstartedServer(nil)
	d := dash.New(options)
	ended := make(chan error, 1)
	ctx, stop := withStop(t)
	go func() { ended <- d.Serve(ctx, server.Listener) }() // waited for in the cleanup
	p := &page{t: t, url: "http://" + server.Listener.Addr().String(), http: &http.Client{Transport: &http.Transport{}}}
	t.Cleanup(func() {
		p.http.CloseIdleConnections()
		stop()
		if err := await.Take(t, ended); err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	p.token = regexp.MustCompile(`name="token" content="(\w+)"`).FindStringSubmatch(p.get("/").body)[1]
	return p
}

// reply is an answer that was read to its end.
type reply struct {
	*http.Response
	body string
}

func (p *page) get(path string, change ...func(*http.Request)) reply {
	p.t.Helper()
	return p.do(http.MethodGet, path, "", change...)
}

// post sends what the page would, with its token.
func (p *page) post(path, body string, change ...func(*http.Request)) reply {
	p.t.Helper()
	return p.do(http.MethodPost, path, body, append([]func(*http.Request){header("X-Dash-Token", p.token)}, change...)...)
}

func (p *page) do(method, path, body string, change ...func(*http.Request)) reply {
	p.t.Helper()
	r, err := http.NewRequestWithContext(await.Within(p.t), method, p.url+path, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	for _, f := range change {
		f(r)
	}
	response, err := p.http.Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return reply{response, string(text)}
}

func header(name, value string) func(*http.Request) {
	return func(r *http.Request) {
		r.Header.Set(name, value)
		if name == "Host" {
			r.Host = value
		}
	}
}

// look opens a stream. Each sample that comes is on the channel, which is closed with the
// stream.
func (p *page) look() <-chan dash.Sample {
	p.t.Helper()
	r, err := http.NewRequestWithContext(p.t.Context(), http.MethodGet, p.url+"/api/stream", nil)
	if err != nil {
		p.t.Fatal(err)
	}
	response, err := p.http.Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	samples, done := make(chan dash.Sample, 1000), make(chan struct{})
	go func() { // ended by the context of the test
		defer close(done)
		defer close(samples)
		defer func() { _ = response.Body.Close() }()
		lines := bufio.NewReader(response.Body)
		for kind := ""; ; {
			line, err := lines.ReadBytes('\n')
			if err != nil {
				return
			}
			if name, ok := bytes.CutPrefix(line, []byte("event: ")); ok {
				kind = strings.TrimSpace(string(name))
			}
			if data, ok := bytes.CutPrefix(line, []byte("data: ")); ok && kind == "sample" {
				var s dash.Sample
				if json.Unmarshal(data, &s) == nil {
					samples <- s
				}
			}
		}
	}()
	p.t.Cleanup(func() { <-done })
	return samples
}

// sees waits for a sample.
func (p *page) sees(samples <-chan dash.Sample, what string, ok func(dash.Sample) bool) dash.Sample {
	p.t.Helper()
	deadline := time.After(await.Patience)
	var last dash.Sample
	for {
		select {
		case s, open := <-samples:
			if !open {
				p.t.Fatalf("%s: the stream has ended after %+v", what, last)
			}
			if last = s; ok(s) {
				return s
			}
		case <-deadline:
			p.t.Fatalf("%s: not seen; last was %+v", what, last)
		}
	}
}

// serviceOf returns a service of a sample.
func serviceOf(s dash.Sample, name string) (dash.Service, bool) {
	for _, one := range s.Services {
		if one.Name == name {
			return one, true
		}
	}
	return dash.Service{}, false
}
