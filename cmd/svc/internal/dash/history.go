package dash

import "slices"

// A point is what was measured of one thing at one time: requests and errors in a
// second, and what 95 of 100 took at the most, in milliseconds.
type point [3]float64

const (
	// maxPoints is how far back sparklines go, in samples.
	maxPoints = 60
	// maxRows bounds of how many things the past is kept.
	maxRows = 2000
)

// history is the past by the name of a thing: "" for all together, a service, or
// "service/kind/name".
type history map[string][]point

// add adds a sample. What it does not name is forgotten.
func (h history) add(s *Sample) {
	if !s.Measured {
		return
	}
	seen := make(map[string]bool)
	h.note(seen, "", s.Total)
	for _, service := range s.Services {
		h.note(seen, service.Name, service.Rate)
		for _, e := range service.Entrypoints {
			h.note(seen, service.Name+"/"+e.Kind+"/"+e.Name, e.Rate)
		}
	}
	for name := range h {
		if !seen[name] {
			delete(h, name)
		}
	}
}

func (h history) note(seen map[string]bool, name string, r Rate) {
	if len(seen) >= maxRows || seen[name] {
		return
	}
	seen[name] = true
	past := h[name]
	if len(past) == maxPoints {
		past = slices.Delete(past, 0, 1)
	}
	h[name] = append(past, point{r.Requests, r.Errors, r.P95MS})
}

// copy returns what a reader may keep.
func (h history) copy() history {
	c := make(history, len(h))
	for name, past := range h {
		c[name] = slices.Clone(past)
	}
	return c
}
