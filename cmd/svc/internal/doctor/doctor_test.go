package doctor_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go/jetstream"
	"go.uber.org/goleak"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/cmd/svc/internal/doctor"
	"github.com/enoki-go/enoki/config"
	"github.com/enoki-go/enoki/internal/freeport"
	"github.com/enoki-go/enoki/internal/plain"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// findings are what a doctor said, by check.
type findings map[string][]doctor.Finding

// examine examines a module folder with a broker at url; change says what is special.
func examine(t *testing.T, url string, change ...func(*doctor.Patient)) findings {
	t.Helper()
	p := doctor.Patient{Dir: t.TempDir(), Caches: []string{t.TempDir()}, Config: config.Empty(), Broker: broker.Defaults(), Origin: "--broker", Limit: 10 * time.Second, Flag: "--timeout"}
	p.Broker.URL = url
	for _, c := range change {
		c(&p)
	}
	all := findings{}
	doctor.Examine(t.Context(), p, func(f doctor.Finding) { all[f.Check] = append(all[f.Check], f) })
	return all
}

// want wants a finding of a check that holds the words.
func (f findings) want(t *testing.T, check string, verdict doctor.Verdict, words ...string) {
	t.Helper()
	for _, one := range f[check] {
		found := one.Verdict == verdict
		for _, w := range words {
			found = found && strings.Contains(one.Text+" "+one.Cure, w)
		}
		if found {
			return
		}
	}
	t.Errorf("%s: have %+v, want %s with %q", check, f[check], verdict, words)
}

func (f findings) wantNone(t *testing.T, checks ...string) {
	t.Helper()
	for _, check := range checks {
		if len(f[check]) > 0 {
			t.Errorf("%s: have %+v, want no finding", check, f[check])
		}
	}
}

func withStreams(t *testing.T) func(*server.Options) {
	t.Helper()
	dir := t.TempDir()
	return func(o *server.Options) { o.JetStream, o.StoreDir = true, dir }
}

func TestSoundBrokerHasNoProblem(t *testing.T) {
	t.Parallel()
	s := plain.Server(t, withStreams(t))
	f := examine(t, s.ClientURL())
	f.want(t, "broker", doctor.OK, s.ClientURL(), "--broker")
	f.want(t, "broker version", doctor.OK, server.VERSION)
	f.want(t, "permissions", doctor.OK)
	f.want(t, "JetStream", doctor.OK, "0 streams, ")
	f.want(t, "dead letters", doctor.OK, "none")
	f.want(t, "round trip", doctor.OK)
}

func TestBrokerThatIsNotThereIsAProblemWithACure(t *testing.T) {
	t.Parallel()
	f := examine(t, "nats://user:hunter2@"+freeport.Addr(t))
	f.want(t, "broker", doctor.Problem, "none answers", "svc broker")
	f.wantNone(t, "broker version", "JetStream", "permissions", "services", "dead letters")
	if strings.Contains(fmt.Sprint(f), "hunter2") {
		t.Errorf("have the password in %v", f)
	}
}

func TestBrokerThatIsSilentIsToldWithTheSetting(t *testing.T) {
	t.Parallel()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() //nolint:errcheck // it was only listened at
	f := examine(t, "nats://"+l.Addr().String(), func(p *doctor.Patient) { p.Limit = 300 * time.Millisecond; p.Dir = t.TempDir() })
	f.want(t, "broker", doctor.Problem, "no answer within 300ms (--timeout)")
}

func TestBrokerWithoutStreamsSaysWhatDoesNotWork(t *testing.T) {
	t.Parallel()
	f := examine(t, plain.Server(t).ClientURL())
	f.want(t, "JetStream", doctor.Problem, "stores no streams", "-js", "durable calls")
	f.want(t, "permissions", doctor.OK)
	f.wantNone(t, "streams", "dead letters")
}

func TestWrongCredentialsAreToldApart(t *testing.T) {
	t.Parallel()
	s := plain.Server(t, func(o *server.Options) { o.Username, o.Password = "ann", "right" })
	f := examine(t, strings.Replace(s.ClientURL(), "nats://", "nats://ann:wrong@", 1))
	f.want(t, "broker", doctor.Problem, "refuses the credentials", "broker.credentials")
}

func TestMissingPermissionIsNamed(t *testing.T) {
	t.Parallel()
	s := plain.Server(t, func(o *server.Options) {
		o.Users = []*server.User{{Username: "ann", Password: "pw", Permissions: &server.Permissions{
			Publish: &server.SubjectPermission{Allow: []string{"_INBOX.>", "$SRV.>", "$JS.API.>"}},
		}}}
	})
	f := examine(t, strings.Replace(s.ClientURL(), "nats://", "nats://ann:pw@", 1))
	f.want(t, "permissions", doctor.Warning, `Publish to "svc.rpc.svc_doctor.`, "svc permissions")
}

// An old server is a new one that greets as an old one does.
func TestOldBrokerIsAProblem(t *testing.T) {
	t.Parallel()
	f := examine(t, greetingAs(t, plain.Server(t).Addr().String(), "2.9.10"))
	f.want(t, "broker version", doctor.Problem, "NATS 2.9.10 is too old", "2.10")
}

var versionInGreeting = regexp.MustCompile(`"version":"[^"]*"`)

// greetingAs stands before a server and changes its version.
func greetingAs(t *testing.T, addr, version string) string {
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
			client, err := l.Accept()
			if err != nil {
				return
			}
			defer serveAs(client, addr, version)()
		}
	}()
	return "nats://" + l.Addr().String()
}

// serveAs serves one client, and returns what waits for its end.
func serveAs(client net.Conn, addr, version string) (wait func()) {
	ended := make(chan struct{}, 2)
	up, err := net.Dial("tcp", addr)
	if err != nil {
		_ = client.Close()
		return func() {}
	}
	end := func() { _ = client.Close(); _ = up.Close(); ended <- struct{}{} }
	go func() { defer end(); _, _ = io.Copy(up, client) }()
	go func() {
		defer end()
		r := bufio.NewReader(up)
		for {
			line, err := r.ReadBytes('\n') // it greets again after CONNECT
			if err != nil {
				return
			}
			if _, err := client.Write(versionInGreeting.ReplaceAll(line, []byte(`"version":"`+version+`"`))); err != nil {
				return
			}
		}
	}()
	return func() { <-ended; <-ended }
}

func TestStreamNearItsLimitIsNamed(t *testing.T) {
	t.Parallel()
	s := plain.Server(t, withStreams(t))
	js := plain.JetStream(t, s.ClientURL())
	if _, err := js.CreateStream(t.Context(), jetstream.StreamConfig{Name: "ORDERS", Subjects: []string{"orders"}, MaxBytes: 1000, Discard: jetstream.DiscardNew}); err != nil {
		t.Fatal(err)
	}
	if _, err := js.Publish(t.Context(), "orders", bytes.Repeat([]byte("x"), 850)); err != nil {
		t.Fatal(err)
	}
	f := examine(t, s.ClientURL())
	f.want(t, "streams", doctor.Warning, "ORDERS is nearly full", "0.9 kB of 1.0 kB")
	f.want(t, "clock", doctor.OK)
}
