package graph

import (
	"fmt"
	"strings"
)

// DOT returns the graph in the language of Graphviz.
func DOT(g Graph) []byte {
	var b strings.Builder
	b.WriteString("digraph services {\n  rankdir=LR;\n  node [fontname=\"sans-serif\", fontsize=11, shape=box];\n  edge [fontname=\"sans-serif\", fontsize=10];\n")
	ids := g.shortIDs()
	for _, n := range g.Nodes {
		fmt.Fprintf(&b, "  %s [%s];\n", ids[n.ID], dotNode(n))
	}
	for _, e := range g.Edges {
		fmt.Fprintf(&b, "  %s -> %s [%s];\n", ids[e.From], ids[e.To], dotEdge(e))
	}
	b.WriteString("}\n")
	return []byte(b.String())
}

const dotMissing = ", style=dashed, color=\"#bc4c00\""

// dotNode returns the attributes of a node.
func dotNode(n Node) string {
	text := "label=" + quoted(n.lines()...) + ", shape=" + dotShape(n.Kind)
	if n.Missing {
		text += dotMissing
	}
	return text
}

// dotEdge returns the attributes of an edge.
func dotEdge(e Edge) string {
	text := "id=" + quoted("edge-"+e.ID)
	if t := e.text(); t != "" {
		text += ", label=" + quoted(t)
	}
	switch {
	case e.Missing:
		text += dotMissing
	case e.state() == "failing":
		text += ", color=\"#cf222e\""
	case e.loose():
		text += ", style=dotted"
	}
	return text
}

func dotShape(k Kind) string {
	switch k {
	case Event, Subject, Timer, HTTP, Any:
		return "ellipse"
	case Database, Redis:
		return "cylinder"
	case API, Lock, Resource:
		return "component"
	default:
		return "box"
	}
}

// quoted returns lines as one quoted string, in which a backslash means nothing but
// itself.
func quoted(lines ...string) string {
	escaped := make([]string, len(lines))
	for i, l := range lines {
		escaped[i] = strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(visible(l))
	}
	return `"` + strings.Join(escaped, `\n`) + `"`
}
