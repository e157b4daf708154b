package sqldb_test

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/enoki-go/enoki/dependency/sqldb"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/internal/freeport"
	"github.com/enoki-go/enoki/service"
)

// relayPort is a way to PostgreSQL that is opened later.
type relayPort struct {
	address string
	all     sync.WaitGroup
}

// closedPort returns a port at which nobody listens.
func closedPort(t *testing.T) *relayPort {
	t.Helper()
	return &relayPort{address: freeport.Addr(t)}
}

// open forwards connections to PostgreSQL until the returned function, which
// cuts them.
func (p *relayPort) open(t *testing.T) (shut func()) {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", p.address)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	p.all.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			p.all.Go(func() { p.forward(ctx, c) })
		}
	})
	return func() { cancel(); _ = l.Close(); p.all.Wait() }
}

func (p *relayPort) forward(ctx context.Context, c net.Conn) {
	defer shut(c)
	s, err := new(net.Dialer).DialContext(ctx, "tcp", "127.0.0.1:5432")
	if err != nil {
		return
	}
	defer shut(s)
	stop := context.AfterFunc(ctx, func() { shut(c); shut(s) })
	defer stop()
	p.all.Go(func() { _, _ = io.Copy(s, c); shut(s) })
	_, _ = io.Copy(c, s)
}

func shut(c net.Conn) { _ = c.Close() }

func wantUnavailable(t *testing.T, err error) {
	t.Helper()
	const want = "database orders is not available (configuration key databases.orders.url)"
	f := fault.From(err)
	if f == nil || f.Code != fault.Unavailable || !strings.Contains(f.Message, want) {
		t.Errorf("have %v, want %s", err, want)
	}
}

func TestADatabaseMayComeAfterTheService(t *testing.T) {
	t.Parallel()
	db, port := onPostgres(t), closedPort(t)
	db.url = strings.Replace(db.url, "127.0.0.1:5432", port.address, 1)
	w := start(t, db.config(), &shop{})
	wantUnavailable(t, w.run(within(t), order("early")))
	shut := port.open(t)
	if err := w.run(within(t), order("a")); err != nil {
		t.Errorf("the database is there: %v", err)
	}
	shut()
	wantUnavailable(t, w.run(within(t), order("late")))
	defer port.open(t)()
	if err := w.run(within(t), order("b")); err != nil {
		t.Errorf("the database is there again: %v", err)
	}
	w.stop() // before the port is shut
}

func TestTheLogSaysAtTheStartThatThereIsNoDatabase(t *testing.T) {
	t.Parallel()
	w := start(t, "databases: {orders: {url: 'postgres://127.0.0.1:1/none'}}", &shop{})
	eventually(t, func() bool {
		return strings.Contains(w.log.String(), `msg="the database cannot be reached; calls fail until it can" service=shop database=orders`)
	})
}

func TestAFolderMayComeAfterTheService(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "data")
	w := start(t, "databases: {orders: {url: 'sqlite:"+filepath.Join(folder, "o.db")+"'}}", &shop{})
	wantUnavailable(t, w.run(within(t), create))
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := w.run(within(t), create); err != nil {
		t.Errorf("the folder is there: %v", err)
	}
}

func TestAQueryForARowLearnsThatThereIsNoDatabase(t *testing.T) {
	t.Parallel()
	w := start(t, "databases: {orders: {url: 'postgres://127.0.0.1:1/none'}}", &shop{})
	wantUnavailable(t, w.run(within(t), func(ctx context.Context, s *sqldb.Session) error {
		var n int
		return s.QueryRowContext(ctx, "SELECT 1").Scan(&n)
	}))
}

// The message crosses the wire; where the database is, and who logs in there,
// does not.
func TestCallersDoNotLearnWhereTheDatabaseIs(t *testing.T) {
	t.Parallel()
	w := start(t, "databases: {orders: {url: 'postgres://secretary:pa55@127.0.0.1:1/none'}}", &shop{})
	err := w.run(within(t), order("a"))
	if message := fault.From(err).Message; strings.Contains(message, "127.0.0.1") || strings.Contains(message, "secretary") {
		t.Errorf("have %s", message)
	}
	if strings.Contains(err.Error()+w.log.String(), "pa55") {
		t.Errorf("have the password in %v", err)
	}
}

// stock is a second service with the same database.
type stock struct {
	_ service.Name `name:"stock"`

	DB *sqldb.Session `db:"orders"`

	_ door `method:"Run"`
}

func (s *stock) Run(ctx context.Context, do func(context.Context, *sqldb.Session) error) error {
	return do(ctx, s.DB)
}

// With one connection a call of the one service waits for that of the other.
func TestServicesOfAProcessShareTheConnections(t *testing.T) {
	t.Parallel()
	db := onPostgres(t)
	w := start(t, strings.TrimSuffix(db.config(), "}}")+", max_open: 1}}", &shop{}, &stock{})
	err := w.run(within(t), func(ctx context.Context, s *sqldb.Session) error {
		if err := order("a")(ctx, s); err != nil {
			return err
		}
		_, err := w.app.Invoke(ctx, "stock", "Run", func(ctx context.Context, s *sqldb.Session) error {
			short, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
			defer cancel()
			return order("b")(short, s)
		})
		if !errors.Is(err, context.DeadlineExceeded) || fault.CodeOf(err) != fault.Timeout {
			t.Errorf("have %v of the other service, want it to wait for the one connection", err)
		}
		return nil
	})
	if err != nil || db.count(t, "orders") != 1 {
		t.Error(err)
	}
}
