package broker

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
)

// Inbox receives the replies to the requests of one service. All of them arrive
// on one subscription and are told apart by a token, so that a request costs no
// subscription, no channel and no map of its own: nats.go's own Request makes a
// channel and a timer for each, under one lock.
type Inbox struct {
	conn   *Conn
	prefix string // "_INBOX.<service>.<conn>."
	sub    *Subscription
	last   atomic.Uint64
	shards [inboxShards]inboxShard
	spare  sync.Pool // of *waiter
}

const inboxShards = 16

type inboxShard struct {
	mu      sync.Mutex // guards waiting
	waiting map[uint64]*waiter
}

// waiter is one request that waits.
type waiter struct {
	reply chan *Msg
	timer *time.Timer
}

func newWaiter() any {
	timer := time.NewTimer(time.Hour)
	timer.Stop()
	return &waiter{reply: make(chan *Msg, 1), timer: timer}
}

// Inbox returns the inbox of a service on this connection; Start subscribes it.
func (c *Conn) Inbox(service string) *Inbox {
	i := &Inbox{conn: c, prefix: nats.InboxPrefix + service + "." + c.id + "."}
	i.spare.New = newWaiter
	for s := range i.shards {
		i.shards[s].waiting = make(map[uint64]*waiter)
	}
	return i
}

// Start subscribes the inbox.
func (i *Inbox) Start(ctx context.Context) error {
	sub, err := i.conn.Subscribe(i.prefix+"*", "", i.receive)
	if err != nil {
		return err
	}
	i.sub = sub
	return i.conn.Flush(ctx)
}

// Stop unsubscribes the inbox.
func (i *Inbox) Stop(ctx context.Context) error {
	if i.sub == nil {
		return nil
	}
	return i.sub.Stop(ctx)
}

var (
	// ErrNoResponders is returned by Request when nobody subscribes to the subject.
	ErrNoResponders = errors.New("no responders")
	// ErrNoReply is returned by Request when the time is up.
	ErrNoReply = errors.New("no reply in time")
)

// Address is where the reply to one request comes.
type Address struct {
	Subject string
	token   uint64
}

// Address returns an address that was never used before.
func (i *Inbox) Address() Address {
	token := i.last.Add(1)
	var digits [16]byte
	return Address{i.prefix + string(strconv.AppendUint(digits[:0], token, 36)), token}
}

// Request sends m and returns the first reply to a. While the connection is down it
// waits for it. It waits for timeout or the deadline of ctx, then returns
// ErrNoReply, or ErrDisconnected where m was never sent. It ends with ctx, then
// returns its cause, and with the connection, then returns ErrClosed.
func (i *Inbox) Request(ctx context.Context, a Address, m *Msg, timeout time.Duration) (*Msg, error) {
	w := i.spare.Get().(*waiter)
	shard := &i.shards[a.token%inboxShards]
	shard.put(a.token, w)
	defer i.recycle(shard, a.token, w)
	w.timer.Reset(timeout)

	m.Reply = a.Subject
	if err := i.send(ctx, m, w.timer.C); err != nil {
		return nil, err
	}
	select {
	case reply := <-w.reply:
		if len(reply.Data) == 0 && reply.Header.Get("Status") == "503" {
			return nil, ErrNoResponders
		}
		return reply, nil
	case <-w.timer.C:
		return nil, ErrNoReply
	case <-ctx.Done():
		return nil, ended(ctx, ErrNoReply)
	case <-i.conn.closed:
		return nil, ErrClosed
	}
}

// ended returns why ctx ended; where that was its deadline, late: whether the
// timer or the context fires first must make no difference.
func ended(ctx context.Context, late error) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return late
	}
	return context.Cause(ctx)
}

// send publishes m, waiting for the connection where it is down.
func (i *Inbox) send(ctx context.Context, m *Msg, timeUp <-chan time.Time) error {
	for {
		err := i.conn.Send(m)
		if !errors.Is(err, ErrDisconnected) {
			return err
		}
		select {
		case <-i.conn.up():
		case <-timeUp:
			return err
		case <-ctx.Done():
			return ended(ctx, err)
		case <-i.conn.closed:
			return ErrClosed
		}
	}
}

func (i *Inbox) recycle(s *inboxShard, token uint64, w *waiter) {
	s.take(token)
	w.timer.Stop()
	select {
	case <-w.reply: // came too late
	default:
	}
	i.spare.Put(w)
}

// receive hands a reply to who waits for it; a late or a second one is dropped.
func (i *Inbox) receive(m *Msg) {
	token, err := strconv.ParseUint(strings.TrimPrefix(m.Subject, i.prefix), 36, 64)
	if err != nil {
		return
	}
	i.shards[token%inboxShards].deliver(token, m)
}

func (s *inboxShard) put(token uint64, w *waiter) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting[token] = w
}

func (s *inboxShard) take(token uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.waiting, token)
}

// deliver sends under the lock, so that nothing can arrive in a waiter that was
// taken out.
func (s *inboxShard) deliver(token uint64, m *Msg) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if w := s.waiting[token]; w != nil {
		delete(s.waiting, token)
		w.reply <- m
	}
}
