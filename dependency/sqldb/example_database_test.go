package sqldb_test

import (
	"context"
	"fmt"
	"io/fs"
	"testing/fstest"

	"github.com/enoki-go/enoki/dependency/sqldb"
	"github.com/enoki-go/enoki/internal/stage"
	"github.com/enoki-go/enoki/rpc"
	svctest "github.com/enoki-go/enoki/testing"
)

// Stock is what the database has in it; a program has it in files (go:embed).
type Stock struct{}

// Migrations returns one pear and two plums.
func (Stock) Migrations() fs.FS {
	return fstest.MapFS{"00001_shelf.sql": {Data: []byte(`
-- +goose Up
CREATE TABLE shelf (article text PRIMARY KEY, count integer NOT NULL CHECK (count >= 0));
INSERT INTO shelf VALUES ('pear', 1), ('plum', 2);
`)}}
}

// Shelf has articles, and sends them.
type Shelf struct {
	Stock *sqldb.Migrated[Stock] `db:"shelf"` // the transaction of a call
	DB    *sqldb.Database        `db:"shelf"` // for others

	_ rpc.Method `method:"ReserveAll" args:"articles"`
	_ rpc.Method `method:"Left"`
}

// Reserve takes an article from the shelf, in whatever transaction it is given: that
// of a call or that of a unit of work.
func Reserve(ctx context.Context, s *sqldb.Session, article string) error {
	_, err := s.ExecContext(ctx, "UPDATE shelf SET count = count - 1 WHERE article = $1", article)
	return err
}

// ReserveAll commits each article by itself: those before one that fails stay reserved.
func (s *Shelf) ReserveAll(ctx context.Context, articles []string) error {
	for _, article := range articles {
		if err := s.DB.Do(ctx, func(ctx context.Context, unit *sqldb.Session) error {
			return Reserve(ctx, unit, article)
		}); err != nil {
			return err
		}
	}
	return nil
}

// Left returns how many articles there are.
func (s *Shelf) Left(ctx context.Context) (n int, err error) {
	err = s.Stock.QueryRowContext(ctx, "SELECT sum(count) FROM shelf").Scan(&n)
	return n, err
}

func ExampleDatabase_Do() {
	t := new(stage.Stage)
	defer t.End()

	w := svctest.New(t, &Shelf{}, svctest.Config("databases: {shelf: {url: 'sqlite:"+t.TempDir()+"/shelf.db'}}"))
	_, err := w.Hook(context.Background(), "shelf", "ReserveAll", []string{"plum", "pear", "pear"})
	fmt.Println(err != nil, svctest.Call[int](w, "shelf.left"))
	// Output: true 1
}
