// Package gateway puts HTTP in front of services that are reached through the broker.
package gateway

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/internal/waitgroup"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/tag"
	"github.com/enoki-go/enoki/web"
)

// Front serves the methods of all services on the broker, and workers on plain
// subjects, by the HTTP server of the process:
//
//	Front gateway.Front `subjects:"foo.>"`
//
// POST /<service>/<method> with the arguments in JSON calls a method. Any other path is
// a subject: GET /foo/bar?data=x is a request {"data":["x"]} on foo.bar.get, which is
// sent if a worker has announced the subject (see rpc.Subject) or the tag key subjects
// lists it. /openapi.json describes the methods that are live, /apidocs/ shows them.
// Routes of the process's own services come first. Where the service has a web.Auth,
// that lets requests in, or not, before anything is looked up.
//
// Its tag keys are
//
//   - subjects: patterns of subjects that requests may go to, besides those that workers
//     announce; none;
//   - services: the names of those that are served; all;
//   - upper: "true" makes the last word of a subject GET, not get;
//   - concurrency: how many requests may be under way; beyond, they are answered 503; 1000;
//   - refresh: how often the services are asked what they are, at least 100ms; 2s;
//   - timeout: of a request, and the most that its header X-Request-Timeout can ask for; 30s.
//
// The configuration section gateway has the same keys, which win, and broker: a section as
// broker, where the services are on another broker than that of the process.
type Front struct{ front *front }

var (
	_ dependency.Declaration = Front{}
	_ dependency.Serving     = Front{}
)

// Service is a service that is served.
type Service struct {
	Name    string   `json:"name"`
	Methods []string `json:"methods"`
}

// Services returns the services that are live, sorted.
func (f Front) Services() []Service {
	if f.front == nil {
		return nil
	}
	return f.front.directory.table().list()
}

// URL returns where the gateway is, as in "http://127.0.0.1:8000".
func (f Front) URL() string {
	if f.front == nil {
		return ""
	}
	return f.front.server.URL()
}

// front is the Front of one service.
type front struct {
	host      dependency.Host
	settings  settings
	server    *web.Server
	admit     func(r *http.Request, id string) (web.Data, error)
	directory *directory
	opened    func()        // tells the server
	places    chan struct{} // one for each request that may be under way
	namespace string        // of the services

	// Of the process, or, where the services are on another broker, set by Start.
	proxy  rpc.Proxy
	conn   *broker.Conn
	client *rpc.Standalone // nil for the connection of the process

	mu     sync.Mutex // guards what follows
	open   bool
	active sync.WaitGroup // requests; one is added only while open
}

// Serves lets a service have nothing but a Front.
func (Front) Serves() {}

// Provide mounts the gateway.
func (Front) Provide(f reflect.StructField, h dependency.Host) (dependency.Provider, error) {
	s := defaults()
	if err := tag.Read(f.Tag, &s.options); err != nil {
		return nil, err
	}
	if err := s.read(h); err != nil {
		return nil, err
	}
	made := &front{host: h, settings: s, places: make(chan struct{}, s.Concurrency)}
	made.directory = newDirectory(made.find, s.Refresh, made.changed)
	if err := made.mount(s.docs); err != nil {
		return nil, err
	}
	return made, nil
}

// mount takes what is needed of the process. Of what it shares, that which is asked for
// first ends last.
func (f *front) mount(docs bool) (err error) {
	f.namespace = f.settings.Broker.Namespace
	if !f.settings.elsewhere {
		if f.conn, err = broker.Open(f.host); err != nil {
			return err
		}
		if f.proxy, err = rpc.ProxyOf(f.host); err != nil {
			return err
		}
		f.namespace = f.conn.Namespace()
	}
	if err := f.settings.check(f.namespace); err != nil {
		return err
	}
	if f.admit, err = web.GuardOf(f.host); err != nil {
		return err
	}
	if f.server, err = web.ServerOf(f.host); err != nil {
		return err
	}
	f.opened = f.server.Expect(f.host.Service())
	owner := "the gateway of " + f.host.Service()
	err = f.server.Handle("/", owner, f)
	if docs {
		d := newDocs(f.host.Service())
		spec := func(w http.ResponseWriter, r *http.Request) { d.of(f.directory.table()).Spec().ServeHTTP(w, r) }
		err = errors.Join(err, f.server.Handle("GET "+specPath, owner, http.HandlerFunc(spec)), f.server.Handle("GET "+uiPath, owner, d.ui))
	}
	return err
}

// Start connects to the broker of the services, where they have one of their own, and
// asks once who is there.
func (f *front) Start(ctx context.Context) error {
	if f.settings.elsewhere {
		client, err := rpc.Dial("", rpc.WithConfig(f.settings.Broker), rpc.WithLogger(f.host.Logger()))
		if err != nil {
			return err
		}
		f.client, f.conn, f.proxy = client, client.Connection(), client.Proxy("")
	}
	f.proxy = f.proxy.AtOnce().WithTimeout(f.settings.Timeout, timeoutKey)
	f.host.Go("table of the gateway", f.directory.run)
	f.directory.renew(ctx)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.open = true
	f.opened()
	return nil
}

// Stop refuses what comes, and waits for what is under way as long as ctx lives.
func (f *front) Stop(ctx context.Context) error {
	f.mu.Lock()
	if f.open {
		f.open = false
		f.server.Expect(f.host.Service())
	}
	f.mu.Unlock()
	var err error
	if waitgroup.Wait(ctx, &f.active) != nil {
		err = errors.New("gateway: requests were under way when the time to stop was over")
	}
	f.directory.close()
	if f.client != nil {
		err = errors.Join(err, f.client.Close())
	}
	return err
}

// Acquire is not called: the value is the same for all.
func (f *front) Acquire(context.Context) (any, dependency.Release, error) { return f.Value(), nil, nil }

// Value fills the field.
func (f *front) Value() any { return Front{f} }

// Describe says where it is reached, and what it is in front of.
func (f *front) Describe() dependency.Description {
	d := dependency.Description{Kind: "gateway", Target: "*", Options: make(map[string]string)}
	if len(f.settings.Services) > 0 {
		d.Options["services"] = strings.Join(f.settings.Services, ",")
	}
	if len(f.settings.Subjects) > 0 {
		d.Options["subjects"] = strings.Join(f.settings.Subjects, ",")
	}
	if url := f.server.URL(); url != "" {
		d.Options["url"], d.Options["serves"] = url+"/", f.directory.table().String()
	}
	return d
}

// find asks the services what they are, and, if known, which exist that do not run.
func (f *front) find(ctx context.Context, known bool) (found, error) {
	infos, err := f.conn.Discover(ctx, "")
	if err != nil {
		return found{}, err
	}
	hidden := func(i broker.Info) bool { return !f.serves(i.Name) }
	got := found{services: scan(slices.DeleteFunc(infos, hidden), f.namespace, time.Now())}
	if known {
		got.known = slices.DeleteFunc(f.proxy.Known(ctx), func(name string) bool { return !f.serves(name) })
	}
	return got, nil
}

func (f *front) serves(service string) bool {
	return len(f.settings.Services) == 0 || slices.Contains(f.settings.Services, service)
}

// changed says what is served now.
func (f *front) changed(t *table) {
	f.host.Logger().Info("gateway serves", "url", f.server.URL(), "services", t.String(), "subjects", len(t.subjects))
}

// enter counts a request in, unless the gateway is closed.
func (f *front) enter() (ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.open {
		f.active.Add(1)
	}
	return f.open
}
