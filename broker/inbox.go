package broker

import (
	"context"
	"errors"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/nats-io/nats.go"
)

// Inbox receives the replies to the requests of one service. All of them arrive
// on one subscription and are told apart by a token, so that a request costs no
// subscription and no channel of its own: nats.go's own Request makes a channel
// and a timer for each, under one lock.
type Inbox struct {
	conn   *Conn
	prefix string // "_INBOX.<service>.<conn>."
	sub    *Subscription
	last   atomic.Uint64
	shards [inboxShards]inboxShard
}

const inboxShards = 16

type inboxShard struct {
	mu        sync.Mutex // guards receivers
	receivers map[uint64]Receiver
}

// Receiver is given what is sent to one address.
type Receiver interface {
	// Receive runs on the goroutine of the inbox and under one of its locks: it
	// must neither wait nor use the inbox.
	Receive(m *Msg)
}

// Inbox returns the inbox of a service on this connection; Start subscribes it.
func (c *Conn) Inbox(service string) *Inbox {
	return c.inbox(service, c.id)
}

func (c *Conn) inbox(name, connection string) *Inbox {
	i := &Inbox{conn: c, prefix: nats.InboxPrefix + name + "." + connection + "."}
	i.last.Store(rand.Uint64() >> 2) //nolint:gosec // tokens are names, not secrets: the connection's part of the address is
	for s := range i.shards {
		i.shards[s].receivers = make(map[uint64]Receiver)
	}
	return i
}

// Start subscribes the inbox.
func (i *Inbox) Start(ctx context.Context) error {
	if err := i.subscribe(); err != nil {
		return err
	}
	return i.conn.Flush(ctx)
}

func (i *Inbox) subscribe() (err error) {
	i.sub, err = i.conn.Subscribe(i.prefix+"*.*", "", i.receive)
	return err
}

// Stop unsubscribes the inbox.
func (i *Inbox) Stop(ctx context.Context) error {
	if i.sub == nil {
		return nil
	}
	return i.sub.Stop(ctx)
}

// Address is where replies come that are meant for one receiver.
type Address struct {
	Subject string // "_INBOX.<service>.<conn>.<kind>.<token>"
	token   uint64
}

// Address returns an address that was never used before. The kind tells others
// what is expected there.
func (i *Inbox) Address(kind string) Address {
	token := i.last.Add(1)
	var room [96]byte
	subject := append(append(append(room[:0], i.prefix...), kind...), '.')
	return Address{string(strconv.AppendUint(subject, token, 36)), token}
}

// Open gives r what is sent to an address, until Close.
func (i *Inbox) Open(a Address, r Receiver) {
	shard := &i.shards[a.token%inboxShards]
	shard.mu.Lock()
	shard.receivers[a.token] = r
	shard.mu.Unlock()
}

// Close ends an address: once it has returned, nothing more is received there.
func (i *Inbox) Close(a Address) {
	shard := &i.shards[a.token%inboxShards]
	shard.mu.Lock()
	delete(shard.receivers, a.token)
	shard.mu.Unlock()
}

// Each calls f for every receiver. What is opened or closed meanwhile may be
// among them or not; f runs under a lock and must not use the inbox.
func (i *Inbox) Each(f func(Receiver)) {
	for s := range i.shards {
		i.shards[s].each(f)
	}
}

func (s *inboxShard) each(f func(Receiver)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.receivers {
		f(r)
	}
}

// At calls f for the receiver at the address of that subject, if it is open. f
// runs under a lock and must not use the inbox.
func (i *Inbox) At(subject string, f func(Receiver)) {
	token, err := strconv.ParseUint(subject[strings.LastIndexByte(subject, '.')+1:], 36, 64)
	if err != nil {
		return
	}
	shard := &i.shards[token%inboxShards]
	shard.mu.Lock()
	defer shard.mu.Unlock()
	if r := shard.receivers[token]; r != nil {
		f(r)
	}
}

// receive hands a message to whom it is for; what comes too late is dropped.
func (i *Inbox) receive(m *Msg) {
	i.At(m.Subject, func(r Receiver) { r.Receive(m) })
}

// ErrNoResponders is returned where nobody subscribes to the subject of a request.
var ErrNoResponders = errors.New("no responders")

// NoResponders reports whether m is the broker's word that nobody subscribes to
// the subject that a message was sent to.
func NoResponders(m *Msg) bool {
	return len(m.Header) > 0 && len(m.Data) == 0 && m.Header.Get("Status") == "503"
}
