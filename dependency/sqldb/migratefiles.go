package sqldb

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"

	"github.com/pressly/goose/v3"
)

// migrationsOf returns the folder with the files for an engine: the root, or what its
// only folder or that of the engine leads to, never that of the other one. What goose
// would skip or find out when it runs a file is a mistake here.
func migrationsOf(root fs.FS, engine string) (fs.FS, error) {
	if root == nil {
		return nil, errors.New("have no files (nil), want *.sql")
	}
	for {
		names, folders, err := list(root)
		if err != nil {
			return nil, err
		}
		switch {
		case len(names) > 0:
			return root, checkMigrations(root, names)
		case slices.Contains(folders, engine):
			folders = []string{engine}
		case len(folders) != 1, folders[0] == sqliteDialect.engine, folders[0] == postgresDialect.engine:
			return nil, fmt.Errorf("have no *.sql among the files, want 00001_name.sql at the root, in its only folder, or in a folder %s", engine)
		}
		if root, err = fs.Sub(root, folders[0]); err != nil {
			return nil, err
		}
	}
}

// list returns the names of the migrations at the root, and of the folders.
func list(root fs.FS) (names, folders []string, err error) {
	entries, err := fs.ReadDir(root, ".")
	for _, entry := range entries {
		switch {
		case entry.IsDir():
			folders = append(folders, entry.Name())
		case path.Ext(entry.Name()) == ".sql":
			names = append(names, entry.Name())
		}
	}
	return names, folders, err
}

var upLine = regexp.MustCompile(`(?m)^--\s*\+goose\s+Up\b`)

func checkMigrations(root fs.FS, names []string) error {
	var errs []error
	numbers := map[int64]string{}
	for _, name := range names {
		number, err := goose.NumericComponent(name)
		text, unread := fs.ReadFile(root, name)
		first, twice := numbers[number]
		switch {
		case err != nil:
			errs = append(errs, fmt.Errorf("file %s: have no number in front, want a name such as 00001_%s", name, name))
		case twice:
			errs = append(errs, fmt.Errorf("files %s and %s: have the number %d twice, want it once", first, name, number))
		case unread != nil:
			errs = append(errs, unread)
		case !upLine.Match(text):
			errs = append(errs, fmt.Errorf("file %s: have no line `-- +goose Up`, want it above the statements", name))
		}
		numbers[number] = name
	}
	return errors.Join(errs...)
}
