package graph

import "slices"

// The picture is drawn in columns, as in Sugiyama, Tagawa and Toda, "Methods for Visual
// Understanding of Hierarchical System Structures": boxes stand in the even columns,
// labels in the odd ones, and an edge has a place of its own in every column that it
// passes, so that it never passes a box or another's label.

// vertex is a box, or the place of an edge in a column.
type vertex struct {
	node   int // index in the graph; -1 for the place of an edge
	edge   int // index in the graph; -1 for a box
	column int
	label  bool // the label of the edge stands here

	height float64
	y      float64 // of its middle

	before, after []*vertex // its neighbours in the columns next to it
}

// layers are the columns of a graph.
type layers struct {
	graph    Graph
	columns  [][]*vertex
	boxes    []*vertex   // by node
	chains   [][]*vertex // by edge, from left to right; nil for one from a node to itself
	reversed []bool      // by edge: it leads from right to left
}

// arrange puts the nodes into columns and gives each edge its places.
func arrange(g Graph) *layers {
	l := &layers{graph: g, boxes: make([]*vertex, len(g.Nodes)), chains: make([][]*vertex, len(g.Edges)), reversed: make([]bool, len(g.Edges))}
	ends := l.ends()
	l.breakCycles(ends)
	for i, column := range l.rank(ends) {
		l.boxes[i] = l.put(&vertex{node: i, edge: -1, column: column})
	}
	for i, e := range ends {
		if e[0] != e[1] {
			l.chain(i, e)
		}
	}
	return l
}

// ends returns the nodes that each edge connects.
func (l *layers) ends() [][2]int {
	index := make(map[string]int, len(l.graph.Nodes))
	for i, n := range l.graph.Nodes {
		index[n.ID] = i
	}
	ends := make([][2]int, len(l.graph.Edges))
	for i, e := range l.graph.Edges {
		ends[i] = [2]int{index[e.From], index[e.To]}
	}
	return ends
}

// breakCycles turns around the edges that lead back, so that all lead to the right.
func (l *layers) breakCycles(ends [][2]int) {
	out, in := make([][]int, len(l.boxes)), make([]int, len(l.boxes))
	for i, e := range ends {
		if e[0] != e[1] {
			out[e[0]] = append(out[e[0]], i)
			in[e[1]]++
		}
	}
	w := walk{l, ends, out, make([]int, len(l.boxes))}
	begins := []func(n int) bool{ // at the left: what nobody asks, else services
		func(n int) bool { return in[n] == 0 },
		func(n int) bool { return l.graph.Nodes[n].Kind == Service },
		func(int) bool { return true },
	}
	for _, begin := range begins {
		for n := range l.boxes {
			if w.state[n] == 0 && begin(n) {
				w.from(n)
			}
		}
	}
	for i, back := range l.reversed {
		if back {
			ends[i][0], ends[i][1] = ends[i][1], ends[i][0]
		}
	}
}

// A walk follows edges, and turns round those that lead back to where it has come from.
type walk struct {
	*layers

	ends  [][2]int
	out   [][]int // the edges that leave a node
	state []int   // of each node: 0, open or done
}

const open, done = 1, 2

func (w *walk) from(n int) {
	w.state[n] = open
	for _, i := range w.out[n] {
		switch to := w.ends[i][1]; w.state[to] {
		case open:
			w.reversed[i] = true
		case 0:
			w.from(to)
		}
	}
	w.state[n] = done
}

// rank returns the column of each node: as far to the left as those that lead to it
// allow, except that what nobody leads to stands beside what it leads to.
func (l *layers) rank(ends [][2]int) []int {
	column, led := longestPaths(len(l.boxes), ends)
	for n := range column {
		if led[n] {
			continue
		}
		nearest := -1
		for _, e := range ends {
			if e[0] == n && e[1] != n && (nearest < 0 || column[e[1]] < nearest) {
				nearest = column[e[1]]
			}
		}
		column[n] = max(nearest-2, 0)
	}
	return column
}

// longestPaths returns the leftmost column that each node may have, and which of them an
// edge leads to.
func longestPaths(nodes int, ends [][2]int) (column []int, led []bool) {
	column, led = make([]int, nodes), make([]bool, nodes)
	for range nodes { // the longest path has fewer edges than there are nodes
		moved := false
		for _, e := range ends {
			if e[0] == e[1] {
				continue
			}
			led[e[1]] = true
			if column[e[1]] < column[e[0]]+2 {
				column[e[1]], moved = column[e[0]]+2, true
			}
		}
		if !moved {
			break
		}
	}
	return column, led
}

func (l *layers) put(v *vertex) *vertex {
	for len(l.columns) <= v.column {
		l.columns = append(l.columns, nil)
	}
	l.columns[v.column] = append(l.columns[v.column], v)
	return v
}

// chain gives an edge its places; its label is beside the box where it begins.
func (l *layers) chain(i int, e [2]int) {
	from, to := l.boxes[e[0]], l.boxes[e[1]]
	chain := []*vertex{from}
	for column := from.column + 1; column < to.column; column++ {
		v := l.put(&vertex{node: -1, edge: i, column: column})
		v.label = column == from.column+1
		chain = append(chain, v)
	}
	l.chains[i] = append(chain, to)
	for n := range len(l.chains[i]) - 1 {
		a, b := l.chains[i][n], l.chains[i][n+1]
		a.after, b.before = append(a.after, b), append(b.before, a)
	}
}

// sweeps is how often the order of the columns is improved.
const sweeps = 24

// order sorts the columns so that few edges cross.
func (l *layers) order() {
	best, fewest := l.snapshot(), l.crossings()
	for n := range sweeps {
		if n%2 == 0 {
			for _, column := range l.columns[1:] {
				sortBy(column, func(v *vertex) []*vertex { return v.before })
			}
		} else {
			for _, column := range slices.Backward(l.columns[:len(l.columns)-1]) {
				sortBy(column, func(v *vertex) []*vertex { return v.after })
			}
		}
		if crossings := l.crossings(); crossings < fewest {
			best, fewest = l.snapshot(), crossings
		}
	}
	l.columns = best
	l.number()
}

func (l *layers) snapshot() [][]*vertex {
	l.number()
	columns := make([][]*vertex, len(l.columns))
	for i, c := range l.columns {
		columns[i] = slices.Clone(c)
	}
	return columns
}

// number makes y the place in the column.
func (l *layers) number() {
	for _, column := range l.columns {
		numbered(column)
	}
}

func numbered(column []*vertex) {
	for i, v := range column {
		v.y = float64(i)
	}
}

// sortBy sorts a column by the mean of the neighbours' places; who has none stays.
func sortBy(column []*vertex, neighbours func(*vertex) []*vertex) {
	want := make(map[*vertex]float64, len(column))
	for i, v := range column {
		want[v] = mean(neighbours(v), float64(i))
	}
	slices.SortStableFunc(column, func(a, b *vertex) int {
		switch {
		case want[a] < want[b]:
			return -1
		case want[a] > want[b]:
			return 1
		}
		return 0
	})
	numbered(column)
}

func mean(all []*vertex, otherwise float64) float64 {
	if len(all) == 0 {
		return otherwise
	}
	sum := 0.0
	for _, v := range all {
		sum += v.y
	}
	return sum / float64(len(all))
}

// crossings counts the pairs of edges that cross between columns.
func (l *layers) crossings() (count int) {
	for _, column := range l.columns {
		var ends []float64 // on the right, in the order of those on the left
		for _, v := range column {
			of := make([]float64, len(v.after))
			for i, to := range v.after {
				of[i] = to.y
			}
			slices.Sort(of)
			for _, end := range of {
				for _, above := range ends {
					if above > end {
						count++
					}
				}
			}
			ends = append(ends, of...)
		}
	}
	return count
}
