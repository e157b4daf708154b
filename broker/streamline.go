package broker

import (
	"encoding/json"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
)

const (
	// maxLines is how many requests of a consumer stand at most.
	maxLines = 8
	// maxComing is how many deliveries all of them ask for at most. They have room,
	// with what is said of the requests.
	maxComing   = 1000
	messageRoom = maxComing + 24
	// maxQuiet is how many ticks of the heartbeat may pass without one.
	maxQuiet = 2
)

// consumerDeleted is said of each request that stood then.
const consumerDeleted = "Consumer Deleted"

// line is where a request for deliveries stands. Each has a subscription of its
// own: nothing in a delivery says which request it answers.
type line struct {
	prefix string // of the subjects where the broker says how a request fared
	sub    *Subscription
	number uint64 // of the request
	left   int    // deliveries to come
	quiet  int    // ticks of the heartbeat without a word
}

// reply returns where the broker says how the request fared.
func (l *line) reply() string { return l.prefix + strconv.FormatUint(l.number, 36) }

// slots returns how many slots are free. The caller holds mu.
func (c *Consumer) slots() int { return c.config.Slots() - len(c.held) + c.freed }

// due returns how many deliveries to ask for, 0 where that can wait: with much
// still to come, a few more cost a request and gain nothing. The caller holds mu.
func (c *Consumer) due() int {
	coming, idle := 0, maxLines-len(c.lines)
	for _, l := range c.lines {
		coming += l.left
		if l.left == 0 {
			idle++
		}
	}
	free := min(c.slots(), maxComing) - coming
	if c.leaving || idle == 0 || free <= 0 || 2*free < coming {
		return 0
	}
	return free
}

// ask makes a request stand where there are slots for which none does.
func (c *Consumer) ask() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if on := c.conn.Connections(); on != c.on {
		c.forgetAll() // the broker did, with the connection
		c.on = on
	}
	count := c.due()
	if count == 0 {
		return
	}
	l := c.idleLine()
	if l == nil {
		return
	}
	body, _ := json.Marshal(struct { // cannot fail: three numbers
		Batch     int           `json:"batch"`
		Expires   time.Duration `json:"expires"`
		Heartbeat time.Duration `json:"idle_heartbeat"`
	}{count, pullExpires, pullHeartbeat})
	l.number++
	subject := "$JS.API.CONSUMER.MSG.NEXT." + c.stream.want.Name + "." + c.config.Name
	if c.conn.Send(&Msg{Subject: subject, Reply: l.reply(), Data: body}) == nil {
		l.left, l.quiet = count, 0
	}
}

// idleLine returns a line on which no request stands, nil where the connection is
// closed. The caller holds mu.
func (c *Consumer) idleLine() *line {
	for _, l := range c.lines {
		if l.left == 0 {
			return l
		}
	}
	l := &line{prefix: c.conn.nc.NewInbox() + "."}
	var err error
	if l.sub, err = c.conn.subscribeInto(l.prefix+"*", c.messages); err != nil {
		return nil
	}
	c.lines = append(c.lines, l)
	return l
}

// subscribeInto puts each message on the subject into a channel, which must have
// room: what comes while it is full is lost.
func (c *Conn) subscribeInto(subject string, messages chan *Msg) (*Subscription, error) {
	sub, err := c.nc.ChanSubscribe(subject, messages)
	if err != nil {
		return nil, err
	}
	s := &Subscription{conn: c, sub: sub, closed: make(chan struct{})}
	var once sync.Once // nats.go may say it twice
	sub.SetClosedHandler(func(string) { once.Do(func() { close(s.closed) }) })
	return s, nil
}

// lineOf returns the line of a subscription, nil where it was given up. The caller
// holds mu.
func (c *Consumer) lineOf(sub *nats.Subscription) *line {
	for _, l := range c.lines {
		if l.sub.sub == sub {
			return l
		}
	}
	return nil
}

// hear takes what the broker says of a request.
func (c *Consumer) hear(l *line, m *Msg) {
	if m.Subject != l.reply() {
		return // an older request
	}
	l.quiet = 0
	status, why := m.Header.Get("Status"), m.Header.Get("Description")
	switch status {
	case "100": // it stands
		c.failures = 0
		return
	case "408": // its time is up
	default:
		c.broken = strings.TrimSpace(status + " " + why)
	}
	if status == "503" || why == consumerDeleted {
		c.forgetAll() // of one that was under way nothing would be said
	}
	l.left -= undelivered(m, l.left)
	c.stir()
}

// undelivered returns how many of the deliveries that are still to come on a
// request will not, since it ended. Brokers of a cluster may say that before the
// last ones are there.
func undelivered(m *Msg, left int) int {
	n, err := strconv.Atoi(m.Header.Get("Nats-Pending-Messages"))
	if err != nil {
		return left
	}
	return min(max(n, 0), left)
}

// forgetAll counts on no request any more. The caller holds mu.
func (c *Consumer) forgetAll() {
	for _, l := range c.lines {
		l.left = 0
	}
}

// age counts on no request any more of which the broker says nothing: who knew of
// it, a leader in the cluster, is gone. It counts ticks and not the time, of which
// much may pass while the process is frozen and its messages wait.
func (c *Consumer) age() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, l := range c.lines {
		if l.quiet++; l.quiet > maxQuiet {
			l.left = 0
		}
	}
}
