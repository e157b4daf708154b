package rpc

import (
	"strconv"
	"sync"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/entrypoint"
)

// desk is where callers ask for workers of one method. A worker that no call on
// this instance waits for is offered to them in turn, one each.
type desk struct {
	served *served

	mu       sync.Mutex // guards what follows
	callers  []*customer
	by       map[string]*customer
	pledges  map[string]*pledge // by number
	last     uint64             // number given
	wished   bool               // a worker is asked for
	withdraw func() bool
	closed   bool
	slow     map[string]int // callers that let an offer lapse and have taken none since; their open offers
}

// customer is a process whose calls wait.
type customer struct {
	address string
	waiting int
	tickets int // that it sent
}

// pledge is a worker that was offered and is kept for the answer.
type pledge struct {
	slot     entrypoint.Slot
	customer *customer
	tickets  int // that the customer had sent
	timer    *time.Timer
}

const (
	// pledgeLimit is how long a worker is kept for who it was offered to.
	pledgeLimit = time.Second
	// mostCustomers bounds the queue; who finds it full asks again.
	mostCustomers = 10_000
)

func newDesk(e *served) *desk {
	return &desk{served: e, by: make(map[string]*customer), pledges: make(map[string]*pledge), slow: make(map[string]int)}
}

// ask takes a ticket: so many calls of that caller wait.
func (d *desk) ask(address string, count int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	c := d.by[address]
	open, slow := d.slow[address]
	if slow {
		count = min(count, 1) // one worker at a time is enough to be kept for nobody
	}
	switch {
	case d.closed:
	case count <= 0:
		d.dismiss(c)
	case open > 0:
	case c != nil:
		c.waiting = count
		c.tickets++
	case len(d.callers) < mostCustomers:
		c = &customer{address: address, waiting: count}
		d.callers, d.by[address] = append(d.callers, c), c
		d.wish()
	}
}

// wish asks for a worker, one at a time. The caller holds mu.
func (d *desk) wish() {
	if !d.wished && len(d.callers) > 0 {
		d.wished = true
		d.withdraw = d.served.host.Reserve(d.granted)
	}
}

// dismiss forgets a caller; nil is nobody. The caller holds mu.
func (d *desk) dismiss(c *customer) {
	if c == nil || d.by[c.address] != c {
		return
	}
	delete(d.by, c.address)
	for i, other := range d.callers {
		if other == c {
			d.callers = append(d.callers[:i], d.callers[i+1:]...)
			return
		}
	}
}

// granted offers a worker to the caller whose turn it is. It runs on a goroutine
// of the host.
func (d *desk) granted(slot entrypoint.Slot) {
	number, address := d.pledge(slot)
	if address == "" {
		slot.Release()
		return
	}
	s := d.served.server
	s.send(&broker.Msg{
		Subject: address, Header: s.word(kindOffer),
		Reply: controlSubject(s.conn.Namespace(), s.host.Service(), s.host.Instance(), d.served.name+"."+number),
	})
}

// pledge keeps a worker for a caller, "" where none waits, and asks for another.
func (d *desk) pledge(slot entrypoint.Slot) (number, address string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.wished = false
	if len(d.callers) == 0 || d.closed {
		return "", ""
	}
	c := d.callers[0]
	d.callers = d.callers[1:]
	if c.waiting--; c.waiting > 0 {
		d.callers = append(d.callers, c)
	} else {
		delete(d.by, c.address)
	}
	d.last++
	number = strconv.FormatUint(d.last, 36)
	p := &pledge{slot: slot, customer: c, tickets: c.tickets}
	d.pledges[number] = p
	p.timer = time.AfterFunc(pledgeLimit, func() { d.expire(number) })
	if _, slow := d.slow[c.address]; slow {
		d.slow[c.address]++
	}
	d.wish()
	return number, c.address
}

// redeem returns the worker of an offer, nil where it is kept no more.
func (d *desk) redeem(number string) entrypoint.Slot {
	d.mu.Lock()
	defer d.mu.Unlock()
	p := d.pledges[number]
	if p == nil {
		return nil
	}
	delete(d.pledges, number)
	delete(d.slow, p.customer.address)
	p.timer.Stop()
	return p.slot
}

// expire takes an offer back that was not answered in time.
func (d *desk) expire(number string) {
	d.mu.Lock()
	if p := d.pledges[number]; p != nil {
		d.dismiss(d.by[p.customer.address])
		if len(d.slow) < mostCustomers {
			d.slow[p.customer.address] = max(1, d.slow[p.customer.address])
		}
	}
	d.mu.Unlock()
	d.lapse(number)
}

// lapse takes an offer back from a caller that does not need it or cannot be
// reached: it is not asked again until it says so. A ticket that was sent behind
// the refusal of an offer may have overtaken it, and then it has said so.
func (d *desk) lapse(number string) {
	d.mu.Lock()
	p := d.pledges[number]
	delete(d.pledges, number)
	if p != nil {
		p.timer.Stop()
		if p.tickets == p.customer.tickets {
			d.dismiss(p.customer)
		}
		if open := d.slow[p.customer.address]; open > 0 {
			d.slow[p.customer.address] = open - 1
		}
	}
	d.mu.Unlock()
	if p != nil {
		p.slot.Release()
	}
}

// close turns everybody away.
func (d *desk) close() {
	d.mu.Lock()
	pledges := d.pledges
	d.closed, d.callers, d.pledges = true, nil, make(map[string]*pledge)
	clear(d.by)
	withdraw := d.withdraw
	d.mu.Unlock()
	if withdraw != nil {
		withdraw()
	}
	for _, p := range pledges {
		p.timer.Stop()
		p.slot.Release()
	}
}
