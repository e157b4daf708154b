package graph

import (
	"cmp"
	"math"
	"slices"
)

// Measures of the picture, in its units, which are CSS pixels.
const (
	fontSize  = 12.0
	lineStep  = 16.0 // from line to line of a text
	nameStep  = 20.0 // of the name of a box, which is bigger
	padding   = 12.0 // between the border of a box and its text
	portStep  = 12.0 // between two edges at a box
	loopStep  = 18.0 // of an edge from a box to itself, below it
	labelStep = 18.0 // of an edge with a label
	passStep  = 10.0 // of an edge without
	boxGap    = 18.0 // between boxes of a column
	gap       = 48.0 // between columns, where the edges bend
	margin    = 16.0
)

type point struct{ x, y float64 }

// box is where a node is drawn.
type box struct{ x, y, width, height float64 }

// route is how an edge is drawn: straight inside columns, bent between them.
type route struct {
	points []point // two for each column that it passes, one at either box
	label  point   // left end of its text
	loop   bool    // from a box to itself
}

// picture is where everything is drawn.
type picture struct {
	width, height float64
	boxes         []box   // by node
	routes        []route // by edge
}

// lay draws a graph.
func lay(g Graph) picture {
	p := picture{boxes: make([]box, len(g.Nodes)), routes: make([]route, len(g.Edges))}
	if len(g.Nodes) == 0 {
		p.width, p.height = 2*margin, 2*margin
		return p
	}
	l := arrange(g)
	loops := l.loops()
	for i, n := range g.Nodes {
		p.boxes[i] = sizeOf(n, l.boxes[i])
		l.boxes[i].height = p.boxes[i].height + loopStep*float64(len(loops[i]))
		for _, e := range loops[i] {
			p.boxes[i].width = max(p.boxes[i].width, textWidth(g.Edges[e].text(), fontSize)+2*padding)
		}
	}
	l.order()
	l.stack()
	left, width := l.widths(p.boxes)
	for i, v := range l.boxes {
		p.boxes[i].x = left[v.column] + (width[v.column]-p.boxes[i].width)/2
		p.boxes[i].y = v.y - v.height/2
	}
	for _, column := range l.columns {
		for _, v := range column {
			p.height = max(p.height, v.y+v.height/2+margin)
		}
	}
	p.width = left[len(left)-1] + width[len(width)-1] + margin
	l.connect(&p, left, width)
	l.ring(&p, loops)
	return p
}

// sizeOf returns how big a box has to be.
func sizeOf(n Node, v *vertex) box {
	b := box{width: textWidth(short(n.Name), fontSize+1), height: nameStep + lineStep*float64(len(n.Details))}
	for _, line := range n.Details {
		b.width = max(b.width, textWidth(short(line), fontSize-1))
	}
	b.width = math.Ceil(b.width + 2*padding)
	b.height = max(b.height+padding, portStep*float64(max(len(v.before), len(v.after))+1))
	return b
}

// loops returns the edges of each node that lead to itself.
func (l *layers) loops() [][]int {
	loops := make([][]int, len(l.boxes))
	for i, e := range l.ends() {
		if e[0] == e[1] {
			loops[e[0]] = append(loops[e[0]], i)
		}
	}
	return loops
}

// rounds is how often the columns are moved towards each other.
const rounds = 16

// stack gives every vertex its height in the picture, near its neighbours.
func (l *layers) stack() {
	for _, column := range l.columns {
		l.measure(column)
		settle(column, func(*vertex) float64 { return 0 })
	}
	for n := range rounds {
		for i := range l.columns {
			if n%2 == 1 {
				i = len(l.columns) - 1 - i
			}
			settle(l.columns[i], func(v *vertex) float64 { return mean(slices.Concat(v.before, v.after), v.y) })
		}
	}
	top := math.Inf(1)
	for _, column := range l.columns {
		top = min(top, column[0].y-column[0].height/2)
	}
	for _, column := range l.columns {
		for _, v := range column {
			v.y = math.Round((v.y-top+margin)*10) / 10
		}
	}
}

// measure gives the places of edges their heights; boxes have theirs.
func (l *layers) measure(column []*vertex) {
	for _, v := range column {
		switch {
		case v.node >= 0:
		case v.label && l.graph.Edges[v.edge].text() != "":
			v.height = labelStep
		default:
			v.height = passStep
		}
	}
}

// settle moves a column as little as possible away from where its vertices want to be,
// keeping their order and their distances: the least squares of an isotonic regression,
// by pooling those that are in each other's way.
func settle(column []*vertex, want func(*vertex) float64) {
	type pool struct {
		sum   float64
		count int
	}
	var pools []pool
	offsets := make([]float64, len(column))
	for i, v := range column {
		if i > 0 {
			offsets[i] = offsets[i-1] + distance(column[i-1], v)
		}
		pools = append(pools, pool{want(v) - offsets[i], 1})
		for n := len(pools) - 1; n > 0 && pools[n-1].sum*float64(pools[n].count) > pools[n].sum*float64(pools[n-1].count); n-- {
			pools[n-1].sum += pools[n].sum
			pools[n-1].count += pools[n].count
			pools = pools[:n]
		}
	}
	i := 0
	for _, p := range pools {
		for range p.count {
			column[i].y = p.sum/float64(p.count) + offsets[i]
			i++
		}
	}
}

// distance returns how far apart the middles of two neighbours in a column are.
func distance(a, b *vertex) float64 {
	d := (a.height + b.height) / 2
	switch {
	case a.node >= 0 && b.node >= 0:
		return d + boxGap
	case a.node >= 0 || b.node >= 0:
		return d + boxGap/2
	}
	return d
}

// widths returns where each column begins, and how wide it is.
func (l *layers) widths(boxes []box) (left, width []float64) {
	x := margin
	for _, column := range l.columns {
		w := 0.0
		for _, v := range column {
			if v.node >= 0 {
				w = max(w, boxes[v.node].width)
			} else if v.label {
				w = max(w, textWidth(l.graph.Edges[v.edge].text(), fontSize))
			}
		}
		left, width = append(left, x), append(width, math.Ceil(w))
		x += math.Ceil(w) + gap
	}
	return left, width
}

// connect draws the edges between boxes.
func (l *layers) connect(p *picture, left, width []float64) {
	starts := l.ports(p, func(c []*vertex) (at, next *vertex) { return c[0], c[1] })
	stops := l.ports(p, func(c []*vertex) (at, next *vertex) { return c[len(c)-1], c[len(c)-2] })
	for i, chain := range l.chains {
		if chain == nil {
			continue
		}
		first, last := chain[0], chain[len(chain)-1]
		r := route{points: []point{
			{p.boxes[first.node].x + p.boxes[first.node].width, starts[i]},
			{left[first.column] + width[first.column], starts[i]},
		}}
		for _, v := range chain[1 : len(chain)-1] {
			r.points = append(r.points, point{left[v.column], v.y}, point{left[v.column] + width[v.column], v.y})
			if v.label {
				r.label = point{left[v.column], v.y - 3}
			}
		}
		r.points = append(r.points, point{left[last.column], stops[i]}, point{p.boxes[last.node].x, stops[i]})
		if l.reversed[i] {
			slices.Reverse(r.points)
		}
		p.routes[i] = r
	}
}

// ports returns at which height each edge meets the box at one of its ends: in the order
// in which they come, so that none cross there.
func (l *layers) ports(p *picture, end func(chain []*vertex) (at, next *vertex)) []float64 {
	ys, at := make([]float64, len(l.chains)), make([][]int, len(l.boxes))
	for i, chain := range l.chains {
		if chain != nil {
			v, _ := end(chain)
			at[v.node] = append(at[v.node], i)
		}
	}
	for node, edges := range at {
		slices.SortStableFunc(edges, func(a, b int) int {
			_, x := end(l.chains[a])
			_, y := end(l.chains[b])
			return cmp.Compare(x.y, y.y)
		})
		b := p.boxes[node]
		for n, i := range edges {
			ys[i] = b.y + b.height*float64(n+1)/float64(len(edges)+1)
		}
	}
	return ys
}

// ring draws the edges from a box to itself, below it.
func (*layers) ring(p *picture, loops [][]int) {
	for node, edges := range loops {
		b := p.boxes[node]
		for n, i := range edges {
			y := b.y + b.height + loopStep*float64(n+1) - 2
			p.routes[i] = route{loop: true, label: point{b.x + padding, y - 3}, points: []point{
				{b.x + b.width - padding/2, b.y + b.height}, {b.x + b.width - padding/2, y}, {b.x + padding/2, y}, {b.x + padding/2, b.y + b.height},
			}}
		}
	}
}
