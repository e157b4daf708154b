package sqldb

import (
	"context"
	"sync"

	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/fault"
)

var (
	_ dependency.Healthy  = (*database)(nil)
	_ dependency.Measured = (*database)(nil)
)

// Health implements dependency.Healthy. Where all connections are in use it does
// not stand in line: that they are is no sign of a database that is away, and one
// that is gives them back.
func (d *database) Health(ctx context.Context) error {
	if !d.started.Load() {
		return fault.Newf(fault.Unavailable, "database %s has not started", d.label)
	}
	if err := d.migration.unready(d.label); err != nil {
		return err
	}
	if now := d.pool.Stats(); now.InUse >= now.MaxOpenConnections {
		return nil
	}
	if err := d.pool.PingContext(ctx); err != nil {
		return fault.Newf(fault.Unavailable, "database %s is not available", d.label)
	}
	return nil
}

// Measure implements dependency.Measured.
func (d *database) Measure(record func(dependency.Measurement)) {
	if !d.started.Load() {
		return
	}
	now := d.pool.Stats()
	for _, m := range []dependency.Measurement{
		{Name: "svc_sql_connections_open", Value: float64(now.OpenConnections), Help: "Connections to the database."},
		{Name: "svc_sql_connections_in_use", Value: float64(now.InUse), Help: "Connections that calls and relays use now."},
		{Name: "svc_sql_connections_idle", Value: float64(now.Idle), Help: "Connections that wait for a use."},
		{Name: "svc_sql_connections_max", Value: float64(now.MaxOpenConnections), Help: "The most connections there may be."},
		{Name: "svc_sql_waits_total", Count: true, Value: float64(now.WaitCount), Help: "How often somebody waited for a connection."},
		{Name: "svc_sql_wait_seconds_total", Count: true, Value: now.WaitDuration.Seconds(), Help: "For how long, in all."},
		{Name: "svc_sql_committed_total", Count: true, Value: float64(d.committed.Load()), Help: "Transactions of calls and units of work that were committed."},
		{Name: "svc_sql_rolled_back_total", Count: true, Value: float64(d.rolledBack.Load()), Help: "Those that were not."},
	} {
		m.Labels = []dependency.Label{{Name: "database", Value: d.label}}
		record(m)
	}
}

// labels give each database of a process a label of its own: services may mean
// different ones by the same name.
type labels struct {
	mu    sync.Mutex // guards given
	given map[string]databaseKey
}

type labelsKey struct{}

// labelOf returns the name of a database, or service:name where the name is taken.
func labelOf(h dependency.Host, key databaseKey) (string, error) {
	l, err := dependency.Shared(h, labelsKey{}, func() (*labels, error) { return &labels{given: map[string]databaseKey{}}, nil })
	if err != nil {
		return "", err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if first, taken := l.given[key.name]; taken && first != key {
		return h.Service() + ":" + key.name, nil
	}
	l.given[key.name] = key
	return key.name, nil
}
