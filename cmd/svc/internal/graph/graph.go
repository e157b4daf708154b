// Package graph draws which services depend on which, as Mermaid, DOT and SVG.
package graph

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// Graph is services, what is around them, and who uses what. Nodes and edges are sorted,
// so that the same services give the same graph.
type Graph struct {
	Nodes []Node `json:"nodes"`
	Edges []Edge `json:"edges"`
}

// Kind says what a node is, or why an edge is there.
type Kind string

// Kinds of nodes. Those of resources that the framework does not know are Resource.
const (
	Service  Kind = "service"
	Event    Kind = "event"   // a type of events
	Subject  Kind = "subject" // a subject of the broker
	HTTP     Kind = "http"    // clients that send requests
	Timer    Kind = "timer"   // what calls a service that nobody else calls
	Database Kind = "sql"
	Redis    Kind = "redis"
	Lock     Kind = "lock"
	API      Kind = "api" // an HTTP API of others
	Any      Kind = "any" // whichever service a proxy is told to call
	Resource Kind = "resource"
)

// Kinds of edges, besides those of nodes.
const (
	RPC Kind = "rpc"
	Job Kind = "job" // a call whose result is kept
)

// Node is one box.
type Node struct {
	ID      string   `json:"id"` // kind and name, such as "service:orders"
	Kind    Kind     `json:"kind"`
	Name    string   `json:"name"`
	Details []string `json:"details,omitempty"` // short lines for people
	Missing bool     `json:"missing,omitempty"` // others need it, and nobody declares it
	Failing bool     `json:"failing,omitempty"` // an edge into it carries errors
}

// Edge is one arrow, from who asks to who is asked, or from who emits to who hears.
type Edge struct {
	ID      string   `json:"id"`   // letters, digits and ._- : "orders-payments.charge"
	From    string   `json:"from"` // ID of a node
	To      string   `json:"to"`
	Kind    Kind     `json:"kind"`
	Label   string   `json:"label,omitempty"`
	Missing bool     `json:"missing,omitempty"` // it leads to what nobody declares
	Traffic *Traffic `json:"traffic,omitempty"` // nil where it is not measured
}

// Traffic is what passed an edge, in all instances.
type Traffic struct {
	Requests int64   `json:"requests"` // since the instances started
	Errors   int64   `json:"errors"`
	Rate     float64 `json:"rate"` // requests per second, between two looks
	Failures float64 `json:"failures"`
}

// add adds what passed elsewhere.
func (t *Traffic) add(o *Traffic) *Traffic {
	switch {
	case o == nil:
		return t
	case t == nil:
		sum := *o
		return &sum
	}
	return &Traffic{
		clamp(t.Requests + clamp(o.Requests)), clamp(t.Errors + clamp(o.Errors)), t.Rate + o.Rate, t.Failures + o.Failures,
	}
}

// clamp bounds a count that somebody on the bus has sent.
func clamp(n int64) int64 { return min(max(n, 0), most) }

// most is up to where numbers of JSON are exact.
const most = 1 << 53

// String says in a few words what passes.
func (t *Traffic) String() string {
	if t == nil {
		return ""
	}
	text := perSecond(t.Rate)
	if t.Failures > 0 {
		text += ", " + perSecond(t.Failures) + " errors"
	}
	return text
}

func perSecond(rate float64) string {
	if rate > 0 && rate < 10 {
		return strconv.FormatFloat(rate, 'g', 2, 64) + "/s"
	}
	return strconv.FormatFloat(rate, 'f', 0, 64) + "/s"
}

// text is what stands at an edge.
func (e Edge) text() string {
	return strings.TrimSpace(short(e.Label) + "  " + e.Traffic.String())
}

// loose reports whether who sends does not wait for who receives.
func (e Edge) loose() bool { return e.Kind == Event || e.Kind == Subject || e.Kind == Job }

// state is the class of an edge in the picture.
func (e Edge) state() string {
	switch {
	case e.Missing:
		return "missing"
	case e.Traffic == nil:
		return "declared"
	case e.Traffic.Failures > 0:
		return "failing"
	case e.Traffic.Rate > 0:
		return "busy"
	default:
		return "idle"
	}
}

// lines are what stands in a box.
func (n Node) lines() []string {
	lines := []string{short(n.Name)}
	for _, d := range n.Details {
		lines = append(lines, short(d))
	}
	return lines
}

// shortIDs returns an identifier for each node that any language takes, by its ID.
func (g Graph) shortIDs() map[string]string {
	ids := make(map[string]string, len(g.Nodes))
	for i, n := range g.Nodes {
		ids[n.ID] = "n" + strconv.Itoa(i)
	}
	return ids
}

// longest is how many characters of a name are drawn.
const longest = 48

// short returns a name that fits a picture, without what cannot be seen.
func short(name string) string {
	runes := []rune(visible(name))
	if len(runes) > longest {
		return string(runes[:longest-1]) + "…"
	}
	return string(runes)
}

// slug returns a name as an identifier of documents can hold it.
func slug(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._-", r) {
			return r
		}
		return '_'
	}, name)
}

// sketch is a graph that grows.
type sketch struct {
	nodes map[string]*Node
	edges map[string]*Edge // by what they connect, and how
}

func newSketch() *sketch { return &sketch{map[string]*Node{}, map[string]*Edge{}} }

// node returns the node of a kind and name, which is new where there was none.
func (s *sketch) node(kind Kind, name string, details ...string) *Node {
	id := string(kind) + ":" + name
	n, ok := s.nodes[id]
	if !ok {
		n = &Node{ID: id, Kind: kind, Name: name, Details: details}
		s.nodes[id] = n
	}
	return n
}

// edge adds an edge, or its traffic and label to that which is there.
func (s *sketch) edge(e Edge) {
	key := e.ID + "\x00" + e.From + "\x00" + e.To
	have, ok := s.edges[key]
	if !ok {
		s.edges[key] = &e
		return
	}
	have.Traffic, have.Missing = have.Traffic.add(e.Traffic), have.Missing && e.Missing
	if e.Label != "" && !slices.Contains(strings.Split(have.Label, ", "), e.Label) {
		have.Label = strings.TrimPrefix(have.Label+", "+e.Label, ", ")
	}
}

// graph sorts what was drawn, and gives each edge an identifier of its own.
func (s *sketch) graph() Graph {
	g := Graph{Nodes: []Node{}, Edges: []Edge{}}
	for _, e := range s.edges {
		g.Edges = append(g.Edges, *e)
		if n := s.nodes[e.To]; n != nil && e.Traffic != nil && e.Traffic.Failures > 0 {
			n.Failing = true
		}
	}
	for _, n := range s.nodes {
		g.Nodes = append(g.Nodes, *n)
	}
	slices.SortFunc(g.Nodes, func(a, b Node) int { return strings.Compare(a.ID, b.ID) })
	slices.SortFunc(g.Edges, func(a, b Edge) int {
		return cmp.Or(strings.Compare(a.ID, b.ID), strings.Compare(a.From, b.From), strings.Compare(a.To, b.To))
	})
	taken := map[string]bool{}
	for i := range g.Edges {
		id := slug(g.Edges[i].ID)
		for n := 2; taken[id]; n++ {
			id = slug(g.Edges[i].ID) + "-" + strconv.Itoa(n)
		}
		g.Edges[i].ID, taken[id] = id, true
	}
	return g
}
