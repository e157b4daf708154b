package broker

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/nats-io/nats.go"
)

// Reader is the goroutine that receives the messages of one subscription. Another
// can take its place while it is held up by one of them.
type Reader struct {
	messages chan *Msg
	handle   func(*Msg, *Reader)
	closed   chan struct{} // closed when all is read
	relieved atomic.Bool
}

// readerRoom is how many messages may wait to be read; what comes then is lost,
// and logged.
const readerRoom = 8192

// SubscribeReader is Subscribe for f that may be held up by a message, if it sees
// to it that Relieve is called then.
func (c *Conn) SubscribeReader(subject, queue string, f func(*Msg, *Reader)) (*Subscription, error) {
	r := &Reader{messages: make(chan *Msg, readerRoom), handle: f, closed: make(chan struct{})}
	sub, err := c.nc.ChanQueueSubscribe(subject, queue, r.messages)
	switch {
	case errors.Is(err, nats.ErrConnectionClosed):
		return nil, ErrClosed
	case err != nil:
		return nil, fmt.Errorf("subscribe to %s: %w", subject, err)
	}
	var once sync.Once // nats.go may say it twice
	sub.SetClosedHandler(func(string) { once.Do(func() { close(r.messages) }) })
	go r.read() // ends with the subscription, whose Stop waits for it
	return &Subscription{conn: c, sub: sub, closed: r.closed}, nil
}

// Backlog returns how many messages wait behind the one that is handled.
func (r *Reader) Backlog() int { return len(r.messages) }

// Relieve lets another goroutine go on reading, if it was not called before for
// this reader. The one that is held up ends when it is done.
func (r *Reader) Relieve() {
	if r.relieved.CompareAndSwap(false, true) {
		next := &Reader{messages: r.messages, handle: r.handle, closed: r.closed}
		go next.read() // as the one that it relieves
	}
}

// read handles messages until there are no more, or it is relieved.
func (r *Reader) read() {
	defer r.Relieve() // where a handler ended the goroutine; otherwise without effect
	for m := range r.messages {
		r.handle(m, r)
		if r.relieved.Load() {
			return
		}
	}
	if r.relieved.CompareAndSwap(false, true) {
		close(r.closed)
	}
}
