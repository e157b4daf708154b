package broker

import (
	"sync/atomic"
	"time"
)

// Counters count what happened to one endpoint. Their methods are safe for
// concurrent use.
type Counters struct {
	requests  atomic.Int64
	errors    atomic.Int64
	elapsed   atomic.Int64
	lastError atomic.Pointer[string]
}

// Count adds one request that took so long.
func (c *Counters) Count(elapsed time.Duration) {
	c.requests.Add(1)
	c.elapsed.Add(int64(elapsed))
}

// Fail counts the error that a request ended with. The text is what its caller
// was told, since everybody on the bus can read it, and short.
func (c *Counters) Fail(text string) {
	c.errors.Add(1)
	c.lastError.Store(&text)
}

// stats returns what was counted of an endpoint.
func (c *Counters) stats(e Endpoint) EndpointStats {
	s := EndpointStats{
		Name: e.Name, Subject: e.Subject, QueueGroup: e.QueueGroup,
		NumRequests: c.requests.Load(), NumErrors: c.errors.Load(), ProcessingTime: c.elapsed.Load(),
	}
	if last := c.lastError.Load(); last != nil {
		s.LastError = *last
	}
	if s.NumRequests > 0 {
		s.AverageProcessingTime = s.ProcessingTime / s.NumRequests
	}
	return s
}
