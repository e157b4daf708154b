package plain_test

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"go.uber.org/goleak"

	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m, plain.Abandoned()...) }

func TestServerStoresOnlyWhenTold(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change []func(*server.Options)
		want   error
	}{
		{"untold", nil, jetstream.ErrJetStreamNotEnabled},
		{"told", []func(*server.Options){func(o *server.Options) { o.JetStream, o.StoreDir = true, t.TempDir() }}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			js := plain.JetStream(t, plain.Server(t, tt.change...).ClientURL())
			if _, err := js.AccountInfo(await.Within(t)); !errors.Is(err, tt.want) {
				t.Errorf("have error %v, want %v", err, tt.want)
			}
		})
	}
}

func TestStoppedServerCanBeFollowedByAnotherAtItsPlace(t *testing.T) {
	first := plain.Server(t)
	nc := plain.Conn(t, first.ClientURL(), nats.ReconnectWait(0))
	back := make(chan bool, 1)
	nc.SetReconnectHandler(func(*nats.Conn) { back <- true })
	plain.Stop(first)
	plain.Server(t, inPlaceOf(first))
	await.Take(t, back)
}

// inPlaceOf has a server listen where another one did.
func inPlaceOf(s *server.Server) func(*server.Options) {
	_, port, _ := strings.Cut(strings.TrimPrefix(s.ClientURL(), "nats://"), ":")
	return func(o *server.Options) { _, _ = fmt.Sscan(port, &o.Port) }
}

func TestClientsAndServersEndWithTheTest(t *testing.T) {
	var s *server.Server
	var nc *nats.Conn
	t.Run("inner", func(t *testing.T) {
		s = plain.Server(t)
		nc = plain.Conn(t, s.ClientURL())
	})
	if s.Running() || !nc.IsClosed() {
		t.Errorf("have a server running %v, a client closed %v, want both at their end", s.Running(), nc.IsClosed())
	}
}

// inner is a test within a test: it can fail without failing what it is in.
type inner struct {
	testing.TB

	failure string
}

func (i *inner) Fatalf(format string, args ...any) {
	i.failure = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

func TestWhatCannotStartEndsTheTest(t *testing.T) {
	for want, test := range map[string]func(tb testing.TB){
		"connect to nats://127.0.0.1:1: ": func(tb testing.TB) { tb.Helper(); plain.JetStream(tb, "nats://127.0.0.1:1") },
		"start server: ": func(tb testing.TB) {
			tb.Helper()
			plain.Server(tb, func(o *server.Options) { o.Cluster.Name, o.ServerName = "a b", "c d" })
		},
	} {
		i, over := &inner{TB: t}, make(chan bool)
		go func() {
			defer close(over)
			test(i)
		}()
		await.Take(t, over)
		if !strings.HasPrefix(i.failure, want) {
			t.Errorf("have %q, want it to begin with %q", i.failure, want)
		}
	}
}
