package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/enoki-go/enoki/test/chaos/role"
)

// books is the database of a run: a schema of its own in PostgreSQL, or a file of
// SQLite where that is missing.
type books struct {
	url    string
	schema string // empty for a file
}

const (
	postgres     = "postgres://postgres@127.0.0.1:5432/test?sslmode=disable"
	booksTimeout = 10 * time.Second
)

func openBooks(dir string) (books, error) {
	ctx, cancel := context.WithTimeout(context.Background(), booksTimeout)
	defer cancel()
	b := books{url: "sqlite:" + filepath.Join(dir, "books.db")}
	db, err := role.OpenDatabase(postgres)
	if err != nil {
		return b, err
	}
	defer func() { _ = db.Close() }() // nothing is open on it
	switch err := db.PingContext(ctx); {
	case err != nil && os.Getenv("ENOKI_REQUIRE_SERVICES") == "1":
		return b, fmt.Errorf("open PostgreSQL, which ENOKI_REQUIRE_SERVICES=1 wants: %w", err)
	case err == nil:
		b.schema = fmt.Sprintf("chaos_%d_%d", os.Getpid(), time.Now().UnixNano())
		b.url = postgres + "&search_path=" + url.QueryEscape(b.schema)
		if _, err := db.ExecContext(ctx, "CREATE SCHEMA "+b.schema); err != nil {
			return b, fmt.Errorf("make schema %s: %w", b.schema, err)
		}
	}
	if err := b.make(ctx); err != nil {
		return b, errors.Join(err, b.drop())
	}
	return b, nil
}

// make makes the tables.
func (b books) make(ctx context.Context) error {
	db, err := role.OpenDatabase(b.url)
	if err != nil {
		return err
	}
	for _, statement := range role.Tables {
		if _, err = db.ExecContext(ctx, statement); err != nil {
			break
		}
	}
	return errors.Join(err, db.Close())
}

// drop removes a schema. A file goes with its directory.
func (b books) drop() error {
	if b.schema == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), booksTimeout)
	defer cancel()
	db, err := role.OpenDatabase(postgres)
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, "DROP SCHEMA "+b.schema+" CASCADE")
	return errors.Join(err, db.Close())
}

// where says where the rows are.
func (b books) where() string {
	switch {
	case b.schema != "":
		return "; rows are in PostgreSQL"
	case b.url != "":
		return "; rows are in SQLite: PostgreSQL does not answer at 127.0.0.1:5432"
	default:
		return ""
	}
}
