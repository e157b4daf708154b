// Package dash is a page that shows what runs on a broker and how it fares, calls
// methods and settles dead letters.
//
// The page asks nobody but the server that it came from, and that server nobody but the
// broker. All browsers share one sampler, which rests while nobody looks.
package dash

import (
	"cmp"
	"context"
	"crypto/rand"
	"embed"
	"errors"
	"io"
	"io/fs"
	"log"
	"net"
	"net/http"
	"time"

	"github.com/enoki-go/enoki/rpc"
)

//go:embed page
var embedded embed.FS

// Options say what a dash shows.
type Options struct {
	Client   *rpc.Standalone // connection to the broker; required
	Interval time.Duration   // between two samples; 2s
	ReadOnly bool            // refuses calls, replays and drops
	// Hosts are names under which browsers may ask, besides localhost and addresses in
	// digits: a name that leads here is no proof that its page is ours.
	Hosts []string
}

// Dash is the server of the page. It is safe for concurrent use.
type Dash struct {
	client   *rpc.Standalone
	readOnly bool
	hosts    []string
	token    string // proof that a request comes from a page of this process
	page     fs.FS
	sampler  *sampler
	letters  letterBox
	calls    chan struct{} // one for each call under way
}

// New returns a dash. It does nothing before somebody looks.
func New(o Options) *Dash {
	page, err := fs.Sub(embedded, "page")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	conn := o.Client.Connection()
	return &Dash{
		client: o.Client, readOnly: o.ReadOnly, hosts: append([]string{"localhost"}, o.Hosts...),
		token: rand.Text(), page: page, calls: make(chan struct{}, maxCalls),
		sampler: newSampler(conn, cmp.Or(o.Interval, 2*time.Second)),
		letters: letterBox{conn: conn},
	}
}

const (
	headerLimit = 5 * time.Second
	idleLimit   = time.Minute
	// leaveLimit is how long requests may end after ^C. Streams end at once.
	leaveLimit = 500 * time.Millisecond
)

// Serve answers browsers until ctx ends, then returns nil within a second. It closes l.
func (d *Dash) Serve(ctx context.Context, l net.Listener) error {
	server := &http.Server{
		Handler: d.Handler(), ReadHeaderTimeout: headerLimit, IdleTimeout: idleLimit, MaxHeaderBytes: 64 << 10,
		BaseContext: func(net.Listener) context.Context { return ctx },
		ErrorLog:    log.New(io.Discard, "", 0), // browsers that leave are no news
	}
	defer d.sampler.close()
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }() // waited for below
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaveLimit)
	defer cancel()
	if server.Shutdown(limited) != nil {
		_ = server.Close() // there is nothing to be lost
	}
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// Handler returns what answers browsers. Serve uses it.
func (d *Dash) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", d.index)
	mux.Handle("GET /page/", http.StripPrefix("/page/", http.FileServerFS(d.page)))
	mux.HandleFunc("GET /api/stream", d.stream)
	mux.HandleFunc("GET /api/services/{service}", d.describe)
	mux.HandleFunc("GET /api/letters", d.listLetters)
	mux.HandleFunc("GET /api/letters/{number}", d.showLetter)
	mux.HandleFunc("POST /api/call", d.changing(d.call))
	mux.HandleFunc("POST /api/letters/replay", d.changing(d.replayLetters))
	mux.HandleFunc("POST /api/letters/drop", d.changing(d.dropLetters))
	return d.guard(mux)
}
