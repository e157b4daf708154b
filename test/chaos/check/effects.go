package check

import (
	"fmt"

	"github.com/enoki-go/enoki/test/chaos/role"
)

// effectsOf counts the effects that a method has left of an order.
func (c *call) effectsOf(method string) (n int) {
	for _, e := range c.effects {
		if e.Method == method {
			n++
		}
	}
	return n
}

// oneEffect is P10: each committed row has one effect, or is a dead letter.
func (p *past) oneEffect() Verdict {
	var f findings
	v := Verdict{Promise: "P10", Says: "committed rows = effects + dead letters, with outbox and inbox"}
	effects, dead := 0, 0
	for _, c := range p.calls {
		n, buried := c.effectsOf(role.OnPlaced), c.buried(role.OnPlaced)
		effects += n
		if buried {
			dead++
		}
		if c.row != nil {
			v.Count++
		}
		switch {
		case c.row == nil && n > 0:
			f.add("effect of a row that was never committed", c.id)
		case c.row == nil:
		case n > 1:
			f.add("more than one effect", c.id)
		case n == 1 && buried:
			f.add("both an effect and a dead letter", c.id)
		case n == 0 && !buried:
			f.add("no effect", c.id)
		}
	}
	v.Figures = fmt.Sprintf("%d rows = %d effects + %d dead", v.Count, effects, dead)
	v.measured("effects", float64(effects))
	v.measured("dead", float64(dead))
	return f.into(v)
}

// naiveEffects is what P10 would be without the inbox, which is no violation: nobody
// promises it.
func (p *past) naiveEffects() Verdict {
	v := Verdict{Promise: "P10", Says: "  the same without an inbox (not promised)"}
	twice, none := 0, 0
	for _, c := range p.calls {
		if c.row == nil {
			continue
		}
		v.Count++
		switch n := c.effectsOf(role.OnPlacedNaive); {
		case n > 1:
			twice++
		case n == 0:
			none++
		}
	}
	v.Figures = fmt.Sprintf("%d with more than one effect, %d with none", twice, none)
	v.measured("duplicates", float64(twice))
	return v
}
