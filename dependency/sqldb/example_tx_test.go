package sqldb_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/enoki-go/enoki/dependency/sqldb"
	"github.com/enoki-go/enoki/internal/stage"
	"github.com/enoki-go/enoki/rpc"
	svctest "github.com/enoki-go/enoki/testing"
)

// Diary has the transaction of each call, which begins with its first statement.
type Diary struct {
	DB *sqldb.Session `db:"diary"`

	_ rpc.Method `method:"Write" args:"text"`
	_ rpc.Method `method:"Count"`
}

// Write takes the transaction itself, as libraries want it. Where it fails nothing stays,
// the table neither.
func (d *Diary) Write(ctx context.Context, text string) error {
	tx, err := d.DB.Tx(ctx)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS days (text text)`); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO days VALUES ($1)`, text); err != nil {
		return err
	}
	if text == "" {
		return errors.New("nothing has happened")
	}
	return nil
}

// Count returns how many days were written down.
func (d *Diary) Count(ctx context.Context) (n int, err error) {
	err = d.DB.QueryRowContext(ctx, `SELECT count(*) FROM days`).Scan(&n)
	return n, err
}

func ExampleSession() {
	t := new(stage.Stage)
	defer t.End()
	ctx := context.Background()

	w := svctest.New(t, &Diary{}, svctest.Config("databases: {diary: {url: 'sqlite:"+t.TempDir()+"/diary.db'}}"))
	for _, text := range []string{"rain", ""} {
		_, err := w.Hook(ctx, "diary", "Write", text)
		fmt.Println(err)
	}
	fmt.Println(svctest.Call[int](w, "diary.count"))
	// Output:
	// <nil>
	// nothing has happened
	// 1
}
