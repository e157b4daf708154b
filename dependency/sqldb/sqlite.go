package sqldb

import (
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	modernc "modernc.org/sqlite"
)

// embeddedURL stands for a file that is found by the name of the database.
const embeddedURL = "sqlite:"

func sqlite(name, path string, c Config) (*dialect, error) {
	d := sqliteDialect
	path, err := pathOf(path)
	if err != nil {
		return nil, err
	}
	if path == "" {
		file, err := embeddedFile(name)
		if err != nil {
			return nil, err
		}
		path, d.embedded = file, file
	}
	d.open = func() (*sql.DB, error) { return openSQLite(path, d.embedded != "", c.MaxWait) }
	return &d, nil
}

// pathOf returns the path of a file as it is, or as SQLAlchemy writes it: after
// three slashes.
func pathOf(path string) (string, error) {
	rest, alchemy := strings.CutPrefix(path, "//")
	file, slash := strings.CutPrefix(rest, "/")
	switch {
	case alchemy && rest != "" && !slash:
		return "", errors.New("have a host in a URL of SQLite; want sqlite:file or sqlite:///file")
	case alchemy && file == "", alchemy && file == memory, path == memory:
		return "", errors.New("have a database in memory, whose content would be lost; want sqlite:file")
	case alchemy:
		return file, nil
	default:
		return path, nil
	}
}

// memory is what SQLite calls a database that is no file.
const memory = ":memory:"

// embeddedFile is in the user's cache, apart for each folder in which services
// are run, since names such as orders are common.
func embeddedFile(name string) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find a place for the embedded database %s: %w; want sqlite:file or postgres://…", name, err)
	}
	folder, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find a place for the embedded database %s: %w", name, err)
	}
	hash := sha256.Sum256([]byte(folder))
	project := filepath.Base(folder) + "-" + hex.EncodeToString(hash[:4])
	return filepath.Join(cache, "svc", "databases", project, name+".db"), nil
}

// openSQLite lets transactions begin with the lock of the one writer that SQLite
// has: one that asked for it later could fail though it did nothing wrong. SQLite
// itself says that another process has the lock, before the wait for a transaction
// ends, which does not interrupt it.
func openSQLite(path string, embedded bool, wait time.Duration) (*sql.DB, error) {
	if embedded {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return nil, err
		}
	}
	wait = max(wait*3/4, time.Millisecond)
	busy := fmt.Sprintf("busy_timeout(%d)", wait.Milliseconds())
	source := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: url.Values{
		"_txlock": {"immediate"},
		"_pragma": {busy, "journal_mode(wal)", "foreign_keys(on)"},
	}.Encode()}
	connector, err := modernc.NewConnector(source.String())
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(file{connector, wait}), nil
}

var sqliteDialect = dialect{
	engine: "sqlite",
	single: true,
	exists: `SELECT count(*) > 0 FROM sqlite_master WHERE name = ?`,
	outbox: []string{
		`CREATE TABLE IF NOT EXISTS enoki_outbox (
	seq integer PRIMARY KEY AUTOINCREMENT,
	id text NOT NULL UNIQUE,
	subject text NOT NULL,
	header text NOT NULL,
	body blob NOT NULL
)`,
		`CREATE TABLE IF NOT EXISTS enoki_outbox_claim (
	one integer PRIMARY KEY CHECK (one),
	relay text NOT NULL,
	until real NOT NULL
)`,
	},
	inbox: []string{
		`CREATE TABLE IF NOT EXISTS enoki_inbox (
	consumer text NOT NULL,
	id text NOT NULL,
	handled_at real NOT NULL DEFAULT (unixepoch('subsec')),
	PRIMARY KEY (consumer, id)
)`,
		`CREATE INDEX IF NOT EXISTS enoki_inbox_handled_at ON enoki_inbox (handled_at)`,
	},
	put:     `INSERT INTO enoki_outbox (id, subject, header, body) VALUES (?, ?, ?, ?)`,
	waiting: `SELECT EXISTS (SELECT 1 FROM enoki_outbox)`,
	claim: `INSERT INTO enoki_outbox_claim (one, relay, until)
VALUES (1, ?, unixepoch('subsec') + ?)
ON CONFLICT (one) DO UPDATE SET relay = excluded.relay, until = excluded.until
WHERE enoki_outbox_claim.until < unixepoch('subsec')`,
	pending: `SELECT id, subject, header, body FROM enoki_outbox ORDER BY seq LIMIT ?`,
	sent:    `DELETE FROM enoki_outbox WHERE id IN (SELECT value FROM json_each(?))`,
	free:    `UPDATE enoki_outbox_claim SET until = 0 WHERE relay = ?`,
	enter:   `INSERT INTO enoki_inbox (consumer, id) VALUES (?, ?) ON CONFLICT DO NOTHING`,
	forget: `DELETE FROM enoki_inbox WHERE rowid IN (
	SELECT rowid FROM enoki_inbox WHERE handled_at < unixepoch('subsec') - ? LIMIT 1000
)`,
}
