package doctor_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/enoki-go/enoki/cmd/svc/internal/doctor"
	"github.com/enoki-go/enoki/config"
	"github.com/enoki-go/enoki/internal/freeport"
)

func TestServersOfTheConfigurationAreAsked(t *testing.T) {
	t.Parallel()
	there := speaking(t, "PING\r\n", "+PONG\r\n")
	cfg, err := config.Load(config.Text("config.yml", "REDIS_URIS: {cache: 'redis://:pw@"+there+"/0', other: 'redis://"+freeport.Addr(t)+"'}\nDB_URIS: {users: 'postgres://u:hunter2@"+there+"/x'}"))
	if err != nil {
		t.Fatal(err)
	}
	f := examine(t, "nats://"+freeport.Addr(t), func(p *doctor.Patient) { p.Config = cfg })
	f.want(t, "Redis", doctor.OK, there, "REDIS_URIS.cache")
	f.want(t, "Redis", doctor.Problem, "REDIS_URIS.other", "refused")
	f.want(t, "PostgreSQL", doctor.Problem, "DB_URIS.users", "as PostgreSQL does")
	if strings.Contains(fmt.Sprint(f), "hunter2") {
		t.Errorf("have the password in %v", f)
	}
}

// speaking answers whatever begins with 4 bytes, as Redis answers a ping.
func speaking(t *testing.T, _, answer string) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	t.Cleanup(func() { _ = l.Close(); <-done })
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = io.ReadFull(c, make([]byte, 4))
			_, _ = io.WriteString(c, answer)
			_ = c.Close()
		}
	}()
	return l.Addr().String()
}

func TestCredentialsOfOthersAndWithoutFilesAreFound(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "user.creds")
	if err := os.WriteFile(file, []byte("x"), 0o644); err != nil { //nolint:gosec // that is the mistake
		t.Fatal(err)
	}
	f := examine(t, "nats://"+freeport.Addr(t), func(p *doctor.Patient) { p.Broker.Credentials, p.Broker.CA = file, file+".missing" })
	f.want(t, "credentials", doctor.Warning, "broker.credentials", "chmod 600")
	f.want(t, "credentials", doctor.Problem, "broker.ca", "no such file")
}

func TestModuleWithoutItsSumsIsAProblem(t *testing.T) {
	t.Setenv("GOPROXY", "off")
	t.Setenv("GOTOOLCHAIN", "local")
	t.Setenv("GOFLAGS", "")
	dir := t.TempDir()
	write(t, dir, "go.mod", "module example.com/shop\n\ngo 1.26\n\nrequire example.com/lost v1.0.0\n")
	write(t, dir, "shop.go", "package shop\n\nimport _ \"example.com/lost\"\n")
	at := func(p *doctor.Patient) { p.Dir = dir }
	f := examine(t, "nats://"+freeport.Addr(t), at)
	f.want(t, "Go", doctor.OK, "go1.")
	f.want(t, "module", doctor.Problem, "example.com/lost", "go mod tidy")

	write(t, dir, "go.mod", "module example.com/shop\n\ngo 9.99\n")
	f = examine(t, "nats://"+freeport.Addr(t), at)
	f.want(t, "Go", doctor.Problem, "go >= 9.99", "GOTOOLCHAIN")

	f = examine(t, "nats://"+freeport.Addr(t))
	f.want(t, "module", doctor.Warning, "in no module")
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestTakenPortIsAWarning(t *testing.T) {
	t.Parallel()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() //nolint:errcheck // it was only listened at
	cfg, err := config.Load(config.Text("config.yml", fmt.Sprintf("web: {port: %d}", l.Addr().(*net.TCPAddr).Port)))
	if err != nil {
		t.Fatal(err)
	}
	f := examine(t, "nats://"+freeport.Addr(t), func(p *doctor.Patient) { p.Config = cfg })
	f.want(t, "port", doctor.Warning, l.Addr().String(), "svc run --port")
}

func TestAnEndedExaminationStops(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	doctor.Examine(ctx, doctor.Patient{Limit: time.Second}, func(f doctor.Finding) { t.Errorf("have %+v, want nothing", f) })
}
