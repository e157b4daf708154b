package sqldb

import (
	"database/sql"
	"errors"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// connectTimeout bounds one attempt to connect where the URL has no
// connect_timeout.
const connectTimeout = 5 * time.Second

func postgres(name string, c Config) (*dialect, error) {
	settings, err := pgx.ParseConfig(c.URL)
	if ambiguous(c.URL, err != nil) {
		return nil, errors.New("have a URL that cannot be read (signs such as / ? # @ in a password are written as %2F %3F %23 %40); want postgres://user:password@host/name")
	}
	if err != nil {
		return nil, err // pgx hides the password
	}
	if settings.ConnectTimeout == 0 {
		settings.ConnectTimeout = connectTimeout
	}
	d := postgresDialect
	d.lines = newLines(name, c.MaxSilence)
	settings.DialFunc = d.lines.through(settings.DialFunc)
	d.open = func() (*sql.DB, error) { return stdlib.OpenDB(*settings), nil }
	return &d, nil
}

// ambiguous reports whether the password may have ended before its own end, so that the
// rest of it would be taken for a host, or shown. One @ may be between user and host,
// before any slash, and others in parameters, where the URL is right.
func ambiguous(url string, wrong bool) bool {
	_, rest, _ := strings.Cut(url, "://")
	if user, after, ok := strings.Cut(rest, "@"); ok && !strings.Contains(user, "/") {
		rest = after
	}
	if !wrong {
		rest, _, _ = strings.Cut(rest, "?")
	}
	return strings.Contains(rest, "@")
}

// A key of advisory locks that is nobody else's: "enoki" in ASCII.
const postgresLock = `SELECT pg_advisory_xact_lock(x'656e6f6b69'::bigint)`

var postgresDialect = dialect{
	engine: "postgresql",
	exists: `SELECT to_regclass($1) IS NOT NULL`,
	lock:   postgresLock,
	outbox: []string{
		`CREATE TABLE IF NOT EXISTS enoki_outbox (
	seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	id text NOT NULL UNIQUE,
	subject text NOT NULL,
	header text NOT NULL,
	body bytea NOT NULL
)`,
		`CREATE TABLE IF NOT EXISTS enoki_outbox_claim (
	one boolean PRIMARY KEY CHECK (one),
	relay text NOT NULL,
	until timestamptz NOT NULL
)`,
	},
	inbox: []string{
		`CREATE TABLE IF NOT EXISTS enoki_inbox (
	consumer text NOT NULL,
	id text NOT NULL,
	handled_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (consumer, id)
)`,
		`CREATE INDEX IF NOT EXISTS enoki_inbox_handled_at ON enoki_inbox (handled_at)`,
	},
	put:     `INSERT INTO enoki_outbox (id, subject, header, body) VALUES ($1, $2, $3, $4)`,
	waiting: `SELECT EXISTS (SELECT FROM enoki_outbox)`,
	claim: `INSERT INTO enoki_outbox_claim AS c (one, relay, until)
VALUES (true, $1, clock_timestamp() + make_interval(secs => $2))
ON CONFLICT (one) DO UPDATE SET relay = excluded.relay, until = excluded.until
WHERE c.until < clock_timestamp()`,
	pending: `SELECT id, subject, header, body FROM enoki_outbox ORDER BY seq LIMIT $1`,
	sent:    `DELETE FROM enoki_outbox WHERE id IN (SELECT jsonb_array_elements_text($1::text::jsonb))`,
	free:    `UPDATE enoki_outbox_claim SET until = '-infinity' WHERE relay = $1`,
	enter:   `INSERT INTO enoki_inbox (consumer, id) VALUES ($1, $2) ON CONFLICT DO NOTHING`,
	forget: `DELETE FROM enoki_inbox WHERE ctid = ANY (ARRAY (
	SELECT ctid FROM enoki_inbox WHERE handled_at < now() - make_interval(secs => $1) LIMIT 1000 FOR UPDATE SKIP LOCKED
))`,
}
