package sqldb_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"testing/fstest"

	"github.com/enoki-go/enoki/dependency/sqldb"
	"github.com/enoki-go/enoki/internal/stage"
	"github.com/enoki-go/enoki/rpc"
	svctest "github.com/enoki-go/enoki/testing"
)

// Tables are the migrations of the database; a program has them in files (go:embed).
type Tables struct{}

// Migrations returns them.
func (Tables) Migrations() fs.FS {
	return fstest.MapFS{"00001_accounts.sql": {Data: []byte(`
-- +goose Up
CREATE TABLE accounts (name text PRIMARY KEY, cents integer NOT NULL);
INSERT INTO accounts VALUES ('ann', 100), ('bob', 0);
`)}}
}

// Bank has a transaction in each call, of a database that has the tables.
type Bank struct {
	DB *sqldb.Migrated[Tables] `db:"bank"`

	_ rpc.Method `method:"Pay" args:"from,to,cents"`
	_ rpc.Method `method:"Cents" args:"name"`
}

// Pay is committed where it returns no error, and rolled back where it does.
func (b *Bank) Pay(ctx context.Context, from, to string, cents int) error {
	const change = `UPDATE accounts SET cents = cents + $1 WHERE name = $2`
	if _, err := b.DB.ExecContext(ctx, change, -cents, from); err != nil {
		return err
	}
	if left, err := b.Cents(ctx, from); err != nil || left < 0 {
		return errors.Join(err, errors.New("not enough"))
	}
	_, err := b.DB.ExecContext(ctx, change, cents, to)
	return err
}

// Cents returns what somebody has.
func (b *Bank) Cents(ctx context.Context, name string) (cents int, err error) {
	err = b.DB.QueryRowContext(ctx, `SELECT cents FROM accounts WHERE name = $1`, name).Scan(&cents)
	return cents, err
}

func ExampleMigrated() {
	t := new(stage.Stage)
	defer t.End()
	ctx := context.Background()

	w := svctest.New(t, &Bank{}, svctest.Config("databases: {bank: {url: 'sqlite:"+t.TempDir()+"/bank.db'}}"))
	_, err := w.Hook(ctx, "bank", "Pay", "ann", "bob", 70)
	fmt.Println(err, svctest.Call[int](w, "bank.cents", "ann"))
	_, err = w.Hook(ctx, "bank", "Pay", "ann", "bob", 70)
	fmt.Println(err, svctest.Call[int](w, "bank.cents", "ann"))
	// Output:
	// <nil> 30
	// not enough 30
}
