package graph

import (
	"fmt"
	"strings"
)

// DOT returns the graph in the language of Graphviz.
func DOT(g Graph) []byte {
	var b strings.Builder
	b.WriteString("digraph services {\n  rankdir=LR;\n  node [fontname=\"sans-serif\", fontsize=11, shape=box];\n  edge [fontname=\"sans-serif\", fontsize=10];\n")
	ids := make(map[string]string, len(g.Nodes))
	for i, n := range g.Nodes {
		ids[n.ID] = fmt.Sprintf("n%d", i)
		lines := []string{short(n.Name)}
		for _, d := range n.Details {
			lines = append(lines, short(d))
		}
		fmt.Fprintf(&b, "  %s [label=%s, shape=%s", ids[n.ID], quoted(lines...), dotShape(n.Kind))
		if n.Missing {
			b.WriteString(", style=dashed, color=\"#bc4c00\"")
		}
		b.WriteString("];\n")
	}
	for _, e := range g.Edges {
		fmt.Fprintf(&b, "  %s -> %s [id=%s", ids[e.From], ids[e.To], quoted("edge-"+e.ID))
		if t := e.text(); t != "" {
			fmt.Fprintf(&b, ", label=%s", quoted(t))
		}
		switch {
		case e.Missing:
			b.WriteString(", style=dashed, color=\"#bc4c00\"")
		case e.state() == "failing":
			b.WriteString(", color=\"#cf222e\"")
		case e.Kind == Event || e.Kind == Subject || e.Kind == Job:
			b.WriteString(", style=dotted")
		}
		b.WriteString("];\n")
	}
	b.WriteString("}\n")
	return []byte(b.String())
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
