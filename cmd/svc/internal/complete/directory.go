package complete

import (
	"context"
	"sync"
	"time"

	"github.com/enoki-go/enoki/broker"
)

const (
	// Patience is how long a person who has pressed Tab waits for services to answer.
	// What has not answered by then is left out.
	Patience = 300 * time.Millisecond
	// Freshness is how long answers are remembered.
	Freshness = 3 * time.Second
)

// Directory is the services that are running, in the namespace of a connection, and
// those that say nothing of a namespace. Its methods are safe for concurrent use.
type Directory struct {
	conn *broker.Conn

	mu    sync.Mutex // guards what follows
	heard []Service
	until time.Time // heard is fresh
}

// NewDirectory returns a Directory that asks over a connection, which it does not
// close. It asks nothing yet.
func NewDirectory(conn *broker.Conn) *Directory { return &Directory{conn: conn} }

// Services returns what is running, sorted by name. It asks where what it knows is
// older than Freshness; what cannot be asked now stays what it was.
func (d *Directory) Services() []Service {
	d.mu.Lock()
	defer d.mu.Unlock()
	if time.Now().Before(d.until) || !d.conn.Connected() {
		return d.heard
	}
	ctx, cancel := context.WithTimeout(context.Background(), Patience)
	defer cancel()
	found, err := d.conn.Discover(ctx, "")
	if err == nil && (len(found) > 0 || ctx.Err() == nil) {
		d.heard = read(found, d.conn.Namespace())
	}
	d.until = time.Now().Add(Freshness) // also of silence, which is not waited for at each Tab
	return d.heard
}

// Ask asks anew, for as long as ctx and discovery allow.
func (d *Directory) Ask(ctx context.Context) ([]Service, error) {
	found, err := d.conn.Discover(ctx, "")
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.heard, d.until = read(found, d.conn.Namespace()), time.Now().Add(Freshness)
	return d.heard, nil
}
