// Package proxy stands between a process and its broker, and is a network that can
// be cut or become a black hole.
package proxy

import (
	"context"
	"fmt"
	"net"
	"sync"
)

// Proxy carries bytes between whoever connects to it and one address. Make it with
// New. It is safe for concurrent use.
type Proxy struct {
	address string // its own
	target  string
	busy    sync.WaitGroup // goroutines of it

	mu       sync.Mutex // guards what follows
	listener net.Listener
	open     chan struct{} // closed while bytes pass
	links    map[*link]struct{}
	closed   bool
}

// link is a connection that is carried.
type link struct{ near, far net.Conn }

// New starts a proxy at a port of the loopback interface.
func New(port int, target string) (*Proxy, error) {
	p := &Proxy{address: fmt.Sprintf("127.0.0.1:%d", port), target: target, open: make(chan struct{}), links: map[*link]struct{}{}}
	close(p.open)
	return p, p.listen()
}

// Address returns where the proxy is connected to.
func (p *Proxy) Address() string { return p.address }

// Cut resets all connections and refuses new ones.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut()
}

// cut is Cut for whoever holds mu.
func (p *Proxy) cut() {
	if p.listener != nil {
		_ = p.listener.Close() // it is not to work any more
		p.listener = nil
	}
	for l := range p.links {
		l.reset()
	}
}

// Hole lets nothing pass and closes nothing. What is on its way stays there.
func (p *Proxy) Hole() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open = make(chan struct{})
}

// Heal ends a cut or a black hole.
func (p *Proxy) Heal() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pass()
	if p.closed || p.listener != nil {
		return nil
	}
	return p.listen()
}

// pass ends a black hole. The caller holds mu.
func (p *Proxy) pass() {
	select {
	case <-p.open:
	default:
		close(p.open)
	}
}

// Close ends the proxy and waits for its goroutines.
func (p *Proxy) Close() {
	p.mu.Lock()
	p.closed = true
	p.cut()
	p.pass()
	p.mu.Unlock()
	p.busy.Wait()
}

// listen begins to accept. The caller holds mu, or is alone.
func (p *Proxy) listen() error {
	config := net.ListenConfig{Control: small}
	l, err := config.Listen(context.Background(), "tcp", p.address)
	if err != nil {
		return fmt.Errorf("listen for %s: %w", p.target, err)
	}
	p.listener = l
	p.busy.Go(func() { p.accept(l) })
	return nil
}

func (p *Proxy) accept(l net.Listener) {
	for {
		near, err := l.Accept()
		if err != nil {
			return // it is closed
		}
		p.busy.Go(func() { p.carry(near) })
	}
}

// carry connects to the target, once bytes pass, and carries until one of both hangs
// up.
func (p *Proxy) carry(near net.Conn) {
	link := &link{near: near}
	if !p.add(link) {
		link.reset()
		return
	}
	defer p.remove(link)
	p.await()
	var dialer net.Dialer
	far, err := dialer.DialContext(context.Background(), "tcp", p.target)
	if err != nil {
		return // remove hangs up
	}
	if !p.join(link, far) {
		_ = far.Close() // the other side is gone
		return
	}
	var both sync.WaitGroup
	both.Go(func() { p.copy(far, near); link.close() })
	both.Go(func() { p.copy(near, far); link.close() })
	both.Wait()
}

// copy copies while bytes pass.
func (p *Proxy) copy(to, from net.Conn) {
	buffer := make([]byte, 16<<10)
	for {
		p.await()
		n, err := from.Read(buffer)
		p.await() // what came in the meantime waits as well
		if n > 0 {
			if _, failed := to.Write(buffer[:n]); failed != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// await waits until bytes pass.
func (p *Proxy) await() {
	p.mu.Lock()
	open := p.open
	p.mu.Unlock()
	<-open
}

func (p *Proxy) add(l *link) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || p.listener == nil {
		return false
	}
	p.links[l] = struct{}{}
	return true
}

// join completes a link, unless it was cut.
func (p *Proxy) join(l *link, far net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || p.listener == nil {
		return false
	}
	l.far = far
	return true
}

func (p *Proxy) remove(l *link) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.links, l)
	l.close()
}

func (l *link) close() {
	_ = l.near.Close() // closed twice is closed
	if l.far != nil {
		_ = l.far.Close()
	}
}

// reset ends both connections so that the other sides see an error.
func (l *link) reset() {
	for _, c := range []net.Conn{l.near, l.far} {
		if tcp, ok := c.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0) // what is on its way is lost
			_ = tcp.Close()
		}
	}
}
