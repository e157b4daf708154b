package svctest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// process holds bubbles and brokers with sockets apart: pools of the process, such
// as that of timers in nats.go, would carry what is a bubble's to where the runtime
// ends the process for its use.
var process = tenancy{changed: make(chan struct{})}

// tenancy is one bubble, or any number of brokers.
type tenancy struct {
	mu      sync.Mutex    // guards what follows
	bubble  string        // test that runs one
	brokers []string      // their tests
	changed chan struct{} // closed when somebody leaves
}

// tenancyLimit bounds the wait for the brokers of other tests.
const tenancyLimit = time.Minute

// enterBroker waits for the end of the bubble there is. Brokers never wait for a
// bubble that is to come: it waits for them, and a test may start several.
func (p *tenancy) enterBroker(test string) (leave func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.bubble != "" {
		p.wait(nil)
	}
	p.brokers = append(p.brokers, test)
	return sync.OnceFunc(func() {
		p.left(func() {
			p.brokers = slices.Delete(p.brokers, slices.Index(p.brokers, test), 1+slices.Index(p.brokers, test))
		})
	})
}

// enterBubble waits until there is neither another bubble nor a broker.
func (p *tenancy) enterBubble(test string) (leave func(), err error) {
	timer := time.NewTimer(tenancyLimit)
	defer timer.Stop()
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.bubble != "" || len(p.brokers) > 0 {
		if slices.ContainsFunc(p.brokers, func(b string) bool { return strings.HasPrefix(test+"/", b+"/") }) {
			return nil, errors.New("a broker of this test is up; want it made within f")
		}
		if !p.wait(timer.C) {
			return nil, fmt.Errorf("tests beside it kept the process busy for %v: %s%s; want the tests that use Virtual apart from them",
				tenancyLimit, p.bubble, strings.Join(p.brokers, ", "))
		}
	}
	p.bubble = test
	return func() { p.left(func() { p.bubble = "" }) }, nil
}

// wait returns when somebody has left, false where limit ends before. The caller
// holds mu.
func (p *tenancy) wait(limit <-chan time.Time) bool {
	changed := p.changed
	p.mu.Unlock()
	defer p.mu.Lock()
	select {
	case <-changed:
		return true
	case <-limit:
		return false
	}
}

// left tells those who wait.
func (p *tenancy) left(forget func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	forget()
	close(p.changed)
	p.changed = make(chan struct{})
}

// hasBubble reports whether Virtual is under way.
func (p *tenancy) hasBubble() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.bubble != ""
}
