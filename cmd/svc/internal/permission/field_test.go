package permission_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/enoki-go/enoki/cmd/svc/internal/permission"
	"github.com/enoki-go/enoki/config"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
)

// process is what one user of the broker runs.
type process struct {
	config   string // YAML
	services func() []any
}

// field is a broker that lets each process do what its permissions say.
type field struct {
	t      *testing.T
	url    string // without a user
	events *diary // what broker and services complain of
	users  []permission.User
	apps   []*service.App
	client *rpc.Standalone // may do everything
}

// diary keeps what is said of permissions.
type diary struct {
	broken chan struct{} // closed with the first line

	mu    sync.Mutex // guards lines
	lines []string
}

func newDiary() *diary { return &diary{broken: make(chan struct{})} }

var complaint = regexp.MustCompile(`(?i)violation|permission|forbid`)

// Write takes lines of a log.
func (d *diary) Write(b []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for line := range bytes.Lines(b) {
		if complaint.Match(line) {
			if len(d.lines) == 0 {
				close(d.broken)
			}
			d.lines = append(d.lines, strings.TrimSpace(string(line)))
		}
	}
	return len(b), nil
}

func (d *diary) all() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]string(nil), d.lines...)
}

// The logger of nats-server.
func (d *diary) say(format string, v ...any) { _, _ = fmt.Fprintf(d, format+"\n", v...) }

func (*diary) Noticef(string, ...any)           {}
func (d *diary) Warnf(format string, v ...any)  { d.say(format, v...) }
func (d *diary) Fatalf(format string, v ...any) { d.say(format, v...) }
func (d *diary) Errorf(format string, v ...any) { d.say(format, v...) }
func (*diary) Debugf(string, ...any)            {}
func (*diary) Tracef(string, ...any)            {}

// password is that of all users: the permissions are what is tested.
const password = "open-sesame"

// enter starts a broker and the processes, each as a user with the permissions of what
// it declares, changed by change.
func enter(t *testing.T, processes []process, change func([]permission.User)) *field {
	t.Helper()
	f := &field{t: t, events: newDiary()}
	for _, p := range processes {
		app := f.app(p, "nats://127.0.0.1:1", "")
		f.users = append(f.users, permission.Together(app.Manifest(), permission.Options{})...)
	}
	if change != nil {
		change(f.users)
	}
	f.url = f.broker(f.users)
	client, err := rpc.Dial(f.as("test"), rpc.WithTimeout(10*time.Second), rpc.WithLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	f.client = client
	for _, p := range processes {
		f.start(p)
	}
	return f
}

// broker starts a server with users, in the form in which they are printed, and one who
// may do everything.
func (f *field) broker(users []permission.User) string {
	f.t.Helper()
	var text bytes.Buffer
	if err := permission.WriteNATS(&text, users, nil); err != nil {
		f.t.Fatal(err)
	}
	conf := text.String()
	for _, u := range users {
		conf = strings.ReplaceAll(conf, "$"+permission.PasswordName(u.Name), password)
	}
	conf = strings.Replace(conf, "users = [\n", "users = [\n{user: test, password: "+password+"}\n", 1)
	file := filepath.Join(f.t.TempDir(), "nats.conf")
	conf += fmt.Sprintf("listen: \"127.0.0.1:-1\"\njetstream {store_dir: %q, max_file_store: 1T}\n", f.t.TempDir())
	if err := os.WriteFile(file, []byte(conf), 0o600); err != nil {
		f.t.Fatal(err)
	}
	options, err := server.ProcessConfigFile(file)
	if err != nil {
		f.t.Fatalf("%v in\n%s", err, conf)
	}
	options.NoSigs = true
	s, err := server.NewServer(options)
	if err != nil {
		f.t.Fatal(err)
	}
	s.SetLoggerV2(f.events, false, false, false)
	s.Start()
	f.t.Cleanup(func() { plain.Stop(s) })
	if !s.ReadyForConnections(10 * time.Second) {
		f.t.Fatal("the broker does not start")
	}
	return s.ClientURL()
}

// as returns where a user connects.
func (f *field) as(user string) string {
	return strings.Replace(f.url, "nats://", "nats://"+user+":"+password+"@", 1)
}

func (f *field) app(p process, url, name string) *service.App {
	f.t.Helper()
	cfg, err := config.Load(config.Text("test", "web: {port: 0}\ndrain: 300ms"), config.Text(name, p.config),
		config.Define("broker.url="+url), config.Define("broker.restricted=true"))
	if err != nil {
		f.t.Fatal(err)
	}
	logger := slog.New(slog.NewTextHandler(f.events, &slog.HandlerOptions{Level: slog.LevelWarn}))
	app, err := service.New(cfg, service.Logger(logger), service.With(p.services()...))
	if err != nil {
		f.t.Fatal(err)
	}
	return app
}

// start starts one process. It may fail where a permission was taken away.
func (f *field) start(p process) {
	f.t.Helper()
	name := permission.Together(f.app(p, "nats://127.0.0.1:1", "").Manifest(), permission.Options{})
	url := f.url
	if len(name) > 0 {
		url = f.as(name[0].Name)
	}
	app := f.app(p, url, "process")
	ctx, cancel := f.within()
	defer cancel()
	if err := app.Start(ctx); err != nil {
		f.events.say("start: %v: no permission?", err)
		return
	}
	f.apps = append(f.apps, app)
	f.t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		_ = app.Stop(ctx)
	})
}

// within returns a context that ends when the test is to, or something is broken: then
// nothing is worth waiting for.
func (f *field) within() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(await.Within(f.t))
	go func() { // ends with ctx
		select {
		case <-f.events.broken:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}

// call calls as who may do everything.
func (f *field) call(method string, args ...any) any {
	f.t.Helper()
	ctx, cancel := f.within()
	defer cancel()
	r, err := f.client.Proxy("").Call(ctx, method, args...)
	if err != nil {
		f.fail("call %s: %v", method, err)
		return nil
	}
	v, err := r.Value()
	if err != nil {
		f.fail("call %s: %v", method, err)
	}
	return v
}

// fail notes what is broken.
func (f *field) fail(format string, args ...any) {
	f.events.say("broken, perhaps for want of a permission: "+format, args...)
}

// want notes what is not as it should be.
func (f *field) want(what string, have, want any) {
	if fmt.Sprint(have) != fmt.Sprint(want) {
		f.fail("%s: have %v, want %v", what, have, want)
	}
}

// fine fails the test where a permission was missing.
func (f *field) fine() {
	f.t.Helper()
	for _, line := range f.events.all() {
		f.t.Error(line)
	}
}

// site returns where the HTTP server of a process is.
func (f *field) site() string {
	for _, app := range f.apps {
		for _, s := range app.Manifest().Services {
			for _, e := range s.Entrypoints {
				if url, ok := strings.CutPrefix(e.Options["url"], "http://"); ok {
					host, _, _ := strings.Cut(url, "/")
					return host
				}
			}
			for _, d := range s.Dependencies {
				if url, ok := strings.CutPrefix(d.Options["url"], "http://"); ok {
					host, _, _ := strings.Cut(url, "/")
					return host
				}
			}
		}
	}
	f.t.Fatal("no process serves HTTP")
	return ""
}

// conn connects as a user without our client.
func (f *field) conn(user string, options ...nats.Option) *nats.Conn {
	f.t.Helper()
	return plain.Conn(f.t, f.as(user), options...)
}
