package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/fault"
)

// begin makes the transaction last as long as the call, though ctx, which bounds
// beginning it, may end before. The caller holds mu.
func (s *Session) begin(ctx context.Context) (*sql.Tx, error) {
	life, cancel := context.WithCancelCause(context.WithoutCancel(s.call))
	detach := context.AfterFunc(s.call, func() { cancel(context.Cause(s.call)) })
	stop := context.AfterFunc(ctx, func() { cancel(context.Cause(ctx)) })
	tx, err := s.open(ctx, life)
	if !stop() && err == nil {
		err = s.lender.database.unbegun(context.Cause(ctx))
	}
	if err != nil {
		detach()
		cancel(nil) // rolls back
		s.refuse(err)
		return nil, err
	}
	s.tx, s.detach, s.cancel = tx, detach, func() { cancel(nil) }
	return tx, nil
}

// open begins a transaction that lasts no longer than life, and enters the event
// of the call into the inbox.
func (s *Session) open(ctx, life context.Context) (*sql.Tx, error) {
	d := s.lender.database
	event, handles := dependency.InboxOf(s.call)
	handles = handles && event.Database == d.name
	if err := s.prepare(ctx, handles); err != nil {
		return nil, err
	}
	tx, err := d.begin(life)
	if err != nil || !handles {
		return tx, err
	}
	if err := d.enter(ctx, tx, event); err != nil {
		return nil, errors.Join(err, ended(tx.Rollback()))
	}
	return tx, nil
}

// prepare makes the tables that the transaction may need, before it: what is made
// in it would be gone with it.
func (s *Session) prepare(ctx context.Context, handles bool) error {
	d := s.lender.database
	if s.lender.place.Used() {
		if err := d.ensure(ctx, &d.outbox); err != nil {
			return err
		}
	}
	if handles {
		return d.ensure(ctx, &d.inbox)
	}
	return nil
}

// refuse keeps why there will be no transaction. Where the database cannot be
// reached there may be one at the next try. The caller holds mu.
func (s *Session) refuse(err error) {
	if errors.Is(err, dependency.ErrHandled) {
		s.refused = err
		dependency.SetHandled(s.call)
	}
}

// errHandled is dependency.ErrHandled with a code, so that the call does not look
// like one that went wrong.
var errHandled = fault.New(fault.Conflict, dependency.ErrHandled.Error()).Because(dependency.ErrHandled)

// begin begins a transaction that lasts no longer than life.
func (d *database) begin(life context.Context) (*sql.Tx, error) {
	tx, err := d.pool.BeginTx(life, nil)
	switch {
	case err == nil:
		return tx, nil
	case life.Err() != nil:
		return nil, d.unbegun(context.Cause(life))
	default:
		return nil, d.unavailable(err)
	}
}

// unbegun returns why there is no transaction, which is not the database's fault.
func (d *database) unbegun(err error) error {
	return fmt.Errorf("begin a transaction on database %s: %w", d.name, err)
}

// unavailable returns why the database could not be used, as callers may know it.
func (d *database) unavailable(err error) error {
	return fault.New(fault.Unavailable, fmt.Sprintf("database %s is not available (configuration key databases.%s.url)", d.name, d.name)).Because(err)
}
