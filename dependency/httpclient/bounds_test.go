package httpclient_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/dependency/httpclient"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/internal/await"
)

func TestAnswerMayBeOfAnySizeWhereThatIsConfigured(t *testing.T) {
	t.Parallel()
	c := to(t, ", body: 9223372036854775807", echo)
	if status, have := get(t, c, "/a"); status != http.StatusOK || have != "GET /a " {
		t.Errorf("have %d %q, want the answer", status, have)
	}
}

// ways are the two in which a client is used.
func ways(c *httpclient.Client, base string) map[string]func(context.Context, string) (*http.Response, error) {
	return map[string]func(context.Context, string) (*http.Response, error){
		"Do": c.Get,
		"HTTP": func(ctx context.Context, path string) (*http.Response, error) {
			r, err := http.NewRequestWithContext(ctx, http.MethodGet, base+path, nil)
			if err != nil {
				return nil, err
			}
			return c.HTTP().Do(r)
		},
	}
}

// Each hop of these takes less than the time of a request, which is 10 s.
func TestRedirectionsDoNotExtendTheTimeOfARequest(t *testing.T) {
	t.Parallel()
	for _, way := range []string{"Do", "HTTP"} {
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			c := httpclient.Flaky(0, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				time.Sleep(3 * time.Second)
				http.Redirect(w, r, r.URL.Path+"x", http.StatusFound)
			}))
			answer, err := ways(c, "http://fake")[way](t.Context(), "/")
			if err == nil {
				_ = answer.Body.Close()
			}
			if fault.CodeOf(err) != fault.Timeout || time.Since(began) != 10*time.Second {
				t.Errorf("%s: have %v after %v, want a timeout after 10s", way, err, time.Since(began))
			}
			wantIn(t, err, "/xxx: no answer within 10s (configuration key http.fake.timeout)")
			synctest.Wait()
			time.Sleep(3 * time.Second) // the handler ends
		})
	}
}

func TestRedirectionsOverASocketDoNotExtendIt(t *testing.T) {
	t.Parallel()
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-time.After(300 * time.Millisecond): // six of them are more than 1 s
		case <-r.Context().Done():
			return
		}
		if len(r.URL.Path) < 6 {
			http.Redirect(w, r, r.URL.Path+"x", http.StatusFound)
		}
	})
	for way, ask := range ways(client(t, world(t, server.URL, ", timeout: 1s")), server.URL) {
		answer, err := ask(await.Within(t), "/")
		if err == nil {
			_ = answer.Body.Close()
		}
		if fault.CodeOf(err) != fault.Timeout {
			t.Errorf("%s: have %v, want a timeout", way, err)
		}
	}
}

func TestUserAndPasswordAreSentWithEachRequest(t *testing.T) {
	t.Parallel()
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/moved" {
			http.Redirect(w, r, "http://"+r.Host+"/here", http.StatusFound)
			return
		}
		_, _ = fmt.Fprint(w, r.Header.Get("Authorization"))
	})
	c := client(t, world(t, strings.Replace(server.URL, "//", "//ann:canary@", 1), ""))
	for _, path := range []string{"/here", "/moved", server.URL + "/here", server.URL + "/moved"} {
		if _, have := get(t, c, path); have != "Basic YW5uOmNhbmFyeQ==" {
			t.Errorf("have %q for %s", have, strings.TrimPrefix(path, server.URL))
		}
	}
	answer, err := c.HTTP().Get(server.URL + "/moved")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	if have, _ := io.ReadAll(answer.Body); string(have) != "Basic YW5uOmNhbmFyeQ==" {
		t.Errorf("have %q for HTTP()", have)
	}
	r, err := http.NewRequestWithContext(await.Within(t), http.MethodGet, "/here", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "own")
	if answer, err = c.Do(r); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	if have, _ := io.ReadAll(answer.Body); string(have) != "own" {
		t.Errorf("have %q, want that of the method", have)
	}
}

func TestContextDataThatFitsNoHeaderIsInvalid(t *testing.T) {
	t.Parallel()
	var visits atomic.Int32
	w := world(t, serve(t, func(http.ResponseWriter, *http.Request) { visits.Add(1) }).URL, ", headers: {X-Tenant: tenant}")
	for _, text := range []string{"canary\nb", "canary\r", "canary\x00", "canary\x7f"} {
		ctx := entrypoint.WithData(await.Within(t), "tenant", text)
		_, err := w.Client().Proxy("orders").Call(ctx, "fetch", "/")
		if fault.CodeOf(err) != fault.Invalid {
			t.Errorf("have %v for %q, want invalid", err, text)
		}
		wantIn(t, err, "http client payments: context data tenant: have a line break or another control character, want text for the header X-Tenant")
		if strings.Contains(fmt.Sprint(err), "canary") {
			t.Errorf("the error shows the data: %v", err)
		}
	}
	ctx := entrypoint.WithData(await.Within(t), "tenant", "a\tb ü")
	if _, err := w.Client().Proxy("orders").Call(ctx, "fetch", "/"); err != nil || visits.Load() != 1 {
		t.Errorf("have %v after %d visits, want text with a tab sent", err, visits.Load())
	}
}

// closing is a body that counts who has been closed.
type closing struct {
	io.Reader

	closed *atomic.Int32
}

func (c closing) Close() error { c.closed.Add(1); return nil }

func TestRequestThatCannotBeSentBlamesNotTheAPI(t *testing.T) {
	t.Parallel()
	for header, value := range map[string]string{"X-Own": "canary\n", "X Own": "canary"} {
		synctest.Test(t, func(t *testing.T) {
			began, visits := time.Now(), 0
			c := httpclient.Flaky(2, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { visits++ }))
			var closed atomic.Int32
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, "/", closing{strings.NewReader("x"), &closed})
			if err != nil {
				t.Fatal(err)
			}
			r.Header[header] = []string{value}
			answer, err := c.Do(r)
			if err == nil {
				_ = answer.Body.Close()
			}
			if err == nil || fault.CodeOf(err) != fault.Internal || visits > 0 || time.Since(began) > 0 || closed.Load() != 1 {
				t.Errorf("have %v, %d visits, after %v, with the body closed %d times, want an error at once, and it closed", err, visits, time.Since(began), closed.Load())
			}
			wantIn(t, err, "http client fake: PUT /: have the header ", "want")
			if strings.Contains(fmt.Sprint(err), "canary") {
				t.Errorf("the error shows the header: %v", err)
			}
		})
	}
}

func TestBodiesOfRetriesAreClosed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := httpclient.Flaky(5, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }))
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond) // within the second pause
		defer cancel()
		var opened, closed atomic.Int32
		open := func() (io.ReadCloser, error) { opened.Add(1); return closing{strings.NewReader("x"), &closed}, nil }
		first, _ := open()
		r, err := http.NewRequestWithContext(ctx, http.MethodPut, "/", first)
		if err != nil {
			t.Fatal(err)
		}
		r.GetBody = open
		answer, err := c.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		if opened.Load() != 2 || closed.Load() != 2 {
			t.Errorf("have %d bodies opened and %d closed, want 2", opened.Load(), closed.Load())
		}
	})
}

func TestAnswerWithoutContentIsNoMistake(t *testing.T) {
	t.Parallel()
	c := to(t, "", func(w http.ResponseWriter, r *http.Request) {
		var status int
		_, _ = fmt.Sscanf(r.URL.Path, "/%d", &status)
		w.WriteHeader(status)
	})
	for _, status := range []int{http.StatusNoContent, http.StatusResetContent} {
		have := charge{ID: "as it was"}
		if err := c.JSON(await.Within(t), http.MethodPut, fmt.Sprint("/", status), charge{}, &have); err != nil {
			t.Errorf("have %v for %d, want no error", err, status)
		}
		if diff := cmp.Diff(charge{ID: "as it was"}, have); diff != "" {
			t.Error(diff)
		}
	}
	var have charge
	wantIn(t, c.JSON(await.Within(t), http.MethodGet, "/200", nil, &have), "decode the answer: ")
}
