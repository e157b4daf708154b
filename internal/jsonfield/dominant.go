package jsonfield

import "slices"

// A Claim is what decides which of several fields with one key counts.
type Claim struct {
	Key    string
	Depth  int  // of embedding
	Tagged bool // Key is from a tag
}

// Dominant returns those of all that no other hides, in their order: of several
// with one key the least embedded, then the one that is tagged, and none if
// that leaves several. It changes all.
func Dominant[F any](all []F, claim func(F) Claim) []F {
	rivals := make(map[string][]Claim)
	for _, f := range all {
		c := claim(f)
		rivals[c.Key] = append(rivals[c.Key], c)
	}
	return slices.DeleteFunc(all, func(f F) bool {
		c := claim(f)
		return !c.dominates(rivals[c.Key])
	})
}

// dominates reports whether c, one of rivals, is the only one that c yields to.
func (c Claim) dominates(rivals []Claim) bool {
	n := 0
	for _, r := range rivals {
		if r.Depth < c.Depth || r.Depth == c.Depth && (r.Tagged || !c.Tagged) {
			n++
		}
	}
	return n == 1
}
