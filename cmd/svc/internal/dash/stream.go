package dash

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// writeLimit is how long a browser may take to receive one sample.
const writeLimit = 10 * time.Second

// stream sends server-sent events: first the past, then each sample.
func (d *Dash) stream(w http.ResponseWriter, r *http.Request) {
	looking, past, at, ok := d.sampler.watch()
	if !ok {
		w.Header().Set("Retry-After", "5")
		refuse(w, http.StatusServiceUnavailable, fmt.Sprintf("%d pages are open already", maxWatchers))
		return
	}
	defer d.sampler.leave(looking)
	w.Header().Set("Content-Type", "text/event-stream")
	send := sender{w, http.NewResponseController(w)}
	hello := struct {
		Past     history   `json:"past"`
		At       time.Time `json:"at"`       // of the last sample in it
		Interval float64   `json:"interval"` // seconds
	}{past, at, d.sampler.interval.Seconds()}
	if !send.event("hello", hello) {
		return
	}
	for {
		select {
		case <-r.Context().Done():
			return
		case sample := <-looking.samples:
			if !send.event("sample", sample) {
				return
			}
		}
	}
}

// sender writes events to one browser.
type sender struct {
	w       http.ResponseWriter
	control *http.ResponseController
}

// event sends one event, and reports whether the browser still takes any.
func (s sender) event(name string, v any) bool {
	text, err := json.Marshal(v)
	if err != nil {
		return false
	}
	if s.control.SetWriteDeadline(time.Now().Add(writeLimit)) != nil {
		return false
	}
	if _, err := fmt.Fprintf(s.w, "retry: 1000\nevent: %s\ndata: %s\n\n", name, text); err != nil {
		return false
	}
	return s.control.Flush() == nil
}
