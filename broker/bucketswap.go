package broker

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/enoki-go/enoki/fault"
)

// ErrChanged is returned for a change of a value that somebody else has changed
// before.
var ErrChanged = fault.Declare("svc.changed", fault.Conflict, "the value was changed by somebody else")

// BucketEntry is what a bucket holds under a key.
type BucketEntry struct {
	Value    []byte
	Revision uint64 // number of the change that made it, of all changes of the bucket; 0 where there is nothing
	Deleted  bool   // there is only a mark that there was a value
}

// Entry returns what is held under a key.
func (b *Bucket) Entry(ctx context.Context, key string) (BucketEntry, error) {
	subject, err := b.subject(key)
	if err != nil {
		return BucketEntry{}, err
	}
	e, found, err := b.stream.Last(ctx, subject)
	if err != nil || !found {
		return BucketEntry{}, err
	}
	return BucketEntry{Value: e.Msg.Data, Revision: e.Sequence, Deleted: isMarker(e.Msg)}, nil
}

// Swap stores the value of a key in place of the revision that the caller knows, 0
// for none, and returns its own. Where that is not the newest the error is
// ErrChanged. A value that is there already counts as stored by this call, which
// after a fault it may have been: make values unique.
func (b *Bucket) Swap(ctx context.Context, key string, value []byte, revision uint64) (uint64, error) {
	now, err := b.change(ctx, key, &Msg{Header: Header{}, Data: value}, revision)
	if !errors.Is(err, ErrChanged) {
		return now, err
	}
	e, failed := b.Entry(ctx, key)
	if failed == nil && e.Revision > revision && !e.Deleted && bytes.Equal(e.Value, value) {
		return e.Revision, nil
	}
	return 0, err
}

// Remove deletes the value of a key if its revision is the one that the caller
// knows. Where that is not the newest the error is ErrChanged.
func (b *Bucket) Remove(ctx context.Context, key string, revision uint64) error {
	_, err := b.change(ctx, key, &Msg{Header: Header{"KV-Operation": {"DEL"}}}, revision)
	return err
}

// change stores m if the newest message of the key has a number.
func (b *Bucket) change(ctx context.Context, key string, m *Msg, revision uint64) (uint64, error) {
	subject, err := b.subject(key)
	if err != nil {
		return 0, err
	}
	m.Subject = subject
	m.Header[jetstream.ExpectedLastSubjSeqHeader] = []string{strconv.FormatUint(revision, 10)}
	stored, err := b.stream.publish(ctx, m)
	if api, ok := errors.AsType[*jetstream.APIError](err); ok &&
		(api.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequence || api.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequenceConstant) {
		return 0, ErrChanged.Explain("key %s of %s: revision %d is not the newest", key, b.stream.Name(), revision)
	}
	return stored.Sequence, err
}

// Watch calls f whenever a value of a key is stored or deleted, with whether it was
// deleted, on a goroutine of the subscription. Changes that are made while the
// connection is down are not told.
func (b *Bucket) Watch(key string, f func(deleted bool)) (*Subscription, error) {
	subject, err := b.subject(key)
	if err != nil {
		return nil, fmt.Errorf("watch: %w", err)
	}
	return b.stream.conn.Subscribe(subject, "", func(m *Msg) { f(isMarker(m)) })
}
