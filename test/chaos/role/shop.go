package role

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"time"

	"github.com/enoki-go/enoki/dependency/sqldb"
	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
)

// Order is what the shop is asked to place, and what it says was placed.
type Order struct {
	Row     string        `json:"row"` // of the table, which the shop draws: an order that is placed twice has two
	For     time.Duration `json:"for"`
	Fails   int           `json:"fails"`
	Refused bool          `json:"refused"` // the shop does all, and then fails
}

// refusedShare is how many orders there are for one that is refused.
const refusedShare = 20

// Tables of the shop and of the ledger. An effect may be there twice: that is what
// is looked for.
var Tables = []string{
	`CREATE TABLE chaos_orders (id text NOT NULL, fails integer NOT NULL)`,
	`CREATE TABLE chaos_effects (id text NOT NULL, method text NOT NULL)`,
}

// shop is the service that emits events with its transaction.
type shop struct {
	_ service.Name `name:"shop"`

	Database statements
	DB       *sqldb.Session          `db:"chaos"`
	Placed   events.Publisher[Order] `event:"placed" outbox:"chaos"`

	_ rpc.Method `method:"Place"`
}

var errRefused = errors.New("the order is refused: nothing of it may be left")

// Place places an order.
func (s *shop) Place(ctx context.Context, o Order) (string, error) {
	o.Row = strings.ToLower(rand.Text())
	if _, err := s.DB.ExecContext(ctx, s.Database.of(`INSERT INTO chaos_orders (id, fails) VALUES (?, ?)`), o.Row, o.Fails); err != nil {
		return "", err
	}
	if err := s.Placed(ctx, o, events.ID(o.Row)); err != nil {
		return "", err
	}
	if o.Refused {
		return "", errRefused
	}
	return o.Row, pause(ctx, o.For)
}

// ledger is the service that leaves an effect of each order.
type ledger struct {
	_ service.Name `name:"ledger"`

	Database statements
	DB       *sqldb.Session `db:"chaos"`

	_ events.Handler `method:"OnPlaced" source:"shop" event:"placed" inbox:"chaos" attempts:"4" backoff:"100ms"`
	_ events.Handler `method:"OnPlacedNaive" source:"shop" event:"placed"`
}

// OnPlaced leaves an effect, and fails as planned when it has: it has to be rolled
// back then.
func (l *ledger) OnPlaced(ctx context.Context, o Order) error {
	if err := l.effect(ctx, OnPlaced, o); err != nil {
		return err
	}
	info, _ := events.FromContext(ctx)
	if (Event{Fails: o.Fails}).failsAt(info.Attempt) {
		return errPlanned
	}
	return nil
}

// OnPlacedNaive relies on the id of the message.
func (l *ledger) OnPlacedNaive(ctx context.Context, o Order) error {
	return l.effect(ctx, OnPlacedNaive, o)
}

func (l *ledger) effect(ctx context.Context, method string, o Order) error {
	if _, err := l.DB.ExecContext(ctx, l.Database.of(`INSERT INTO chaos_effects (id, method) VALUES (?, ?)`), o.Row, method); err != nil {
		return err
	}
	return pause(ctx, o.For)
}

// statements are in the words of a database, of which this is the URL.
type statements string

// of puts a statement with two parameters into its words.
func (s statements) of(query string) string {
	if strings.HasPrefix(string(s), "sqlite:") {
		return query
	}
	return strings.Replace(strings.Replace(query, "?", "$1", 1), "?", "$2", 1)
}
