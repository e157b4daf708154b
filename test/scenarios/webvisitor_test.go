//go:build linux

package scenarios_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	// pace is how often a visitor asks.
	pace = 5 * time.Millisecond
	// bearable is what 99 of 100 requests of a visitor may take. It is far above what
	// they do take, for a machine that is busy.
	bearable = time.Second
)

// A visitor is a client that does no harm: it asks again and again for the same page.
type visitor struct {
	t     *testing.T
	s     *site
	leave func()
	took  []time.Duration
	errs  []error
}

// visit sends a visitor, who stays until leave is called; that checks what it got.
func (s *site) visit(t *testing.T) *visitor {
	t.Helper()
	v := &visitor{t: t, s: s}
	leaving, gone := make(chan struct{}), make(chan struct{})
	go func() { // until leave, which waits for it
		defer close(gone)
		v.stay(leaving)
	}()
	stop := sync.OnceFunc(func() { close(leaving); <-gone })
	t.Cleanup(stop) // where the attack has ended the test
	v.leave = func() {
		t.Helper()
		stop()
		v.judge()
	}
	return v
}

func (v *visitor) stay(leaving <-chan struct{}) {
	regular, newcomer := client(true), client(false)
	defer regular.CloseIdleConnections()
	tick := time.NewTicker(pace)
	defer tick.Stop()
	for n := 0; ; n++ {
		c := regular
		if n%10 == 0 {
			c = newcomer
		}
		v.ask(c)
		select {
		case <-tick.C:
		case <-leaving:
			return
		}
	}
}

// client returns a client that keeps its connection or has a new one for each request.
func client(keeps bool) *http.Client {
	return &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: !keeps},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Timeout:       patience,
	}
}

func (v *visitor) ask(c *http.Client) {
	began := time.Now()
	have, err := ask(c, http.MethodGet, v.s.url+v.s.page, "")
	v.took = append(v.took, time.Since(began))
	if err == nil && have.status != http.StatusOK {
		err = fmt.Errorf("have %v, want 200", have)
	}
	if err == nil && !strings.Contains(have.body, v.s.proof) {
		err = fmt.Errorf("have %v, want %s in it", have, v.s.proof)
	}
	if err != nil {
		v.errs = append(v.errs, err)
	}
}

// judge checks that the visitor was served as if nobody else was there.
func (v *visitor) judge() {
	v.t.Helper()
	if len(v.errs) > 0 {
		v.t.Errorf("%d of %d requests of a visitor failed, want none:\n%v", len(v.errs), len(v.took), some(v.errs))
	}
	slices.Sort(v.took)
	p50, p99 := v.took[len(v.took)/2], v.took[len(v.took)*99/100]
	v.t.Logf("visitor: %d requests, p50 %v, p99 %v, at most %v", len(v.took),
		p50.Round(time.Microsecond), p99.Round(time.Microsecond), v.took[len(v.took)-1].Round(time.Microsecond))
	if p99 > bearable {
		v.t.Errorf("visitor: have p99 %v, want less than %v", p99, bearable)
	}
}

// A reply is an answer over HTTP.
type reply struct {
	status int
	header http.Header
	body   string
}

func (r reply) String() string { return fmt.Sprintf("%d %.200q", r.status, r.body) }

func (s *site) get(t *testing.T, path string) reply {
	t.Helper()
	return s.ask(t, http.MethodGet, path, "")
}

// ask sends a request with headers, "Name: value", on a connection of its own.
func (s *site) ask(t *testing.T, method, path, body string, headers ...string) reply {
	t.Helper()
	r, err := ask(client(false), method, s.url+path, body, headers...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func ask(c *http.Client, method, url, body string, headers ...string) (reply, error) {
	r, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		return reply{}, err
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Add(name, value)
	}
	answer, err := c.Do(r)
	if err != nil {
		return reply{}, err
	}
	return replyOf(answer)
}

// replyOf reads an answer to its end.
func replyOf(answer *http.Response) (reply, error) {
	defer func() { _ = answer.Body.Close() }()
	var body bytes.Buffer
	_, err := io.Copy(&body, answer.Body)
	return reply{answer.StatusCode, answer.Header, body.String()}, err
}

// cpu returns the time of processors that the process has used.
func (s *site) cpu(t *testing.T) time.Duration {
	t.Helper()
	_, after, _ := strings.Cut(s.read(t, "stat"), ") ")
	fields := strings.Fields(after)
	const user, system, tick = 11, 12, 10 * time.Millisecond
	return time.Duration(number(t, fields[user])+number(t, fields[system])) * tick
}

// The figures of a visitor mean something only if one that is badly served is noticed.
func TestVisitorNoticesWhatGoesWrong(t *testing.T) {
	w := newWorld(t)
	s := w.site()
	for _, tt := range []struct{ name, page string }{
		{"another status", "/nowhere"},
		{"another process", "/names/pid"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			other := *s
			other.page = tt.page
			v := visitor{t: t, s: &other}
			v.ask(client(false))
			if len(v.errs) != 1 {
				t.Errorf("GET %s: have no error, want one", tt.page)
			}
		})
	}
}
