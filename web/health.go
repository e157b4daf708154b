package web

import (
	"encoding/json"
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/enoki-go/enoki/dependency"
)

// probe answers those who watch the process.
type probe struct {
	host Host

	all atomic.Bool // services have started, those without HTTP as well

	mu      sync.Mutex // guards waiting
	waiting map[string]int
}

// Expect lets /readyz wait for something that a service serves besides its routes, until
// the function it returns is called, once.
func (s *Server) Expect(service string) (open func()) {
	s.probe.closed(service)
	return func() { s.probe.opened(service) }
}

// closed counts a route that is not open: one that has yet to start, or has stopped.
func (p *probe) closed(service string) { p.count(service, 1) }

// opened undoes closed.
func (p *probe) opened(service string) { p.count(service, -1) }

func (p *probe) count(service string, by int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.waiting == nil {
		p.waiting = make(map[string]int)
	}
	if p.waiting[service] += by; p.waiting[service] == 0 {
		delete(p.waiting, service)
	}
}

// alive says that the process runs. One that cannot reach its broker does: to start it
// again would not help.
func (*probe) alive(w http.ResponseWriter, _ *http.Request) { tell(w, http.StatusOK, "alive", nil) }

// ready says whether requests can be answered: all services have started, and
// what they use works: the broker is connected, the databases answer.
func (p *probe) ready(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	reasons := make([]string, 0, len(p.waiting)+1)
	for service := range p.waiting {
		reasons = append(reasons, "service "+service+" has not started, or stops")
	}
	p.mu.Unlock()
	if len(reasons) == 0 && !p.all.Load() {
		reasons = append(reasons, "not all services have started")
	}
	for _, err := range dependency.ProcessOf(p.host).Health(r.Context()) {
		reasons = append(reasons, err.Error())
	}
	if len(reasons) > 0 {
		tell(w, http.StatusServiceUnavailable, "not ready", reasons)
		return
	}
	tell(w, http.StatusOK, "ready", nil)
}

func tell(w http.ResponseWriter, status int, what string, reasons []string) {
	body, _ := json.Marshal(struct { // cannot fail: strings
		Status  string   `json:"status"`
		Reasons []string `json:"reasons,omitempty"`
	}{what, reasons})
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client is gone
}
