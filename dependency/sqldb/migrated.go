package sqldb

import (
	"context"
	"fmt"
	"io/fs"
	"reflect"

	"github.com/enoki-go/enoki/dependency"
)

// Schema is a type whose zero value knows the migrations of a database:
//
//	//go:embed migrations
//	var migrations embed.FS
//
//	type Schema struct{}
//
//	func (Schema) Migrations() fs.FS { return migrations }
//
// A migration is a file such as 00001_users.sql, whose name begins with its number.
// Below the line `-- +goose Up` are its statements, each ended by a semicolon; one that
// holds semicolons itself stands between `-- +goose StatementBegin` and
// `-- +goose StatementEnd`. All of a file are one transaction, unless a line
// `-- +goose NO TRANSACTION` says otherwise: such a file should be one statement that may
// be run again, since what it has done stays where it fails. It is the format of
// github.com/pressly/goose, whose command works on the same files and databases.
//
// The files are at the root, or in the only folder there. Where the engines need
// different ones, they are in folders named postgresql and sqlite; a database of the
// other engine does not take them.
type Schema interface{ Migrations() fs.FS }

// Migrated is a [Session] of a database whose migrations have run:
//
//	DB *sqldb.Migrated[Schema] `db:"users"`
//
// The service starts whether or not the database can be reached. As soon as it can,
// the files that it has not seen run in the order of their numbers, before the first
// transaction of the process; of several processes one runs them, while the others
// wait. Until then calls fail with fault.Unavailable: at once where the last try
// failed, else after max_wait. A migration that fails is logged with its file and
// statement, once, and is tried again every few seconds. So is one that other
// transactions do not let through, which is a warning.
//
// A database that is newer than the program is left as it is, so that the instances
// of the version before go on working during a deployment. A file whose number is
// below one that has run, and that has not run itself, is an error. What has changed
// within a file that has run is not noticed.
//
// All sessions on a database wait for its migrations, also those of fields without
// them. A database has one Schema; two services that share a server each need a
// database, or a schema (search_path), of their own.
type Migrated[S Schema] struct{ *Session }

// Provide declares the field. The container calls it.
func (*Migrated[S]) Provide(f reflect.StructField, h dependency.Host) (dependency.Provider, error) {
	if err := dependency.WantType[*Migrated[S]](f); err != nil {
		return nil, err
	}
	p, err := lending(f, h)
	if err != nil {
		return nil, err
	}
	var schema S
	if err := p.database.migrateTo(h, schema); err != nil {
		return nil, fmt.Errorf("migrations of database %s: %w", p.database.name, err)
	}
	return migratedProvider[S]{p}, nil
}

// migratedProvider lends the sessions of another one under their own type.
type migratedProvider[S Schema] struct{ *provider }

func (p migratedProvider[S]) Acquire(ctx context.Context) (any, dependency.Release, error) {
	s, release, err := p.provider.Acquire(ctx)
	if err != nil {
		return nil, nil, err
	}
	return &Migrated[S]{s.(*Session)}, release, nil
}

// schemaKey is under which the services of a process agree on the migrations of an
// address.
type schemaKey struct{ url, file string }

// schemaOwner is who came first.
type schemaOwner struct {
	schema   reflect.Type
	database string
}

// migrateTo says which migrations a database has. It is called while services are
// declared.
func (d *database) migrateTo(h dependency.Host, s Schema) error {
	have := schemaOwner{reflect.TypeOf(s), d.name}
	first, err := dependency.Shared(h, schemaKey{d.settings.URL, d.dialect.embedded}, func() (schemaOwner, error) { return have, nil })
	if err != nil {
		return err
	}
	if first.schema != have.schema {
		return fmt.Errorf("have %v, while database %s at the same address has those of %v; want one type for each address",
			have.schema, first.database, first.schema)
	}
	if d.migration != nil {
		return nil // another field has said so
	}
	files, err := migrationsOf(s.Migrations(), d.dialect.engine)
	if err != nil {
		return err
	}
	d.migration = newMigration(d, func(ctx context.Context) error { return d.migrateUp(ctx, files) })
	return nil
}
