package graph

import (
	"fmt"
	"strconv"
	"strings"
)

// Mermaid returns the graph as a flowchart of Mermaid, which GitHub, GitLab and others
// draw in Markdown.
func Mermaid(g Graph) []byte {
	var b strings.Builder
	b.WriteString("flowchart LR\n")
	ids := g.shortIDs()
	for _, n := range g.Nodes {
		opening, closing := mermaidShape(n.Kind)
		fmt.Fprintf(&b, "  %s%s\"%s\"%s\n", ids[n.ID], opening, mermaidLines(n), closing)
	}
	var missing []string
	for i, e := range g.Edges {
		if e.Missing {
			missing = append(missing, strconv.Itoa(i))
		}
		fmt.Fprintf(&b, "  %s %s %s\n", ids[e.From], mermaidArrow(e), ids[e.To])
	}
	for _, n := range g.Nodes {
		if n.Missing {
			fmt.Fprintf(&b, "  style %s stroke:#bc4c00,stroke-dasharray:5 3\n", ids[n.ID])
		}
	}
	if len(missing) > 0 {
		fmt.Fprintf(&b, "  linkStyle %s stroke:#bc4c00\n", strings.Join(missing, ","))
	}
	return []byte(b.String())
}

// mermaidArrow returns what stands between the two ends of an edge.
func mermaidArrow(e Edge) string {
	arrow := "-->"
	if e.Missing || e.loose() {
		arrow = "-.->"
	}
	if t := e.text(); t != "" {
		arrow += "|\"" + mermaidText(t) + "\"|"
	}
	return arrow
}

func mermaidShape(k Kind) (opening, closing string) {
	switch k {
	case Event, Subject, Timer, HTTP, Any:
		return "([", "])"
	case Database, Redis:
		return "[(", ")]"
	case API, Lock, Resource:
		return "[[", "]]"
	default:
		return "[", "]"
	}
}

func mermaidLines(n Node) string {
	lines := n.lines()
	for i, l := range lines {
		lines[i] = mermaidText(l)
	}
	return strings.Join(lines, "<br/>")
}

// mermaidText writes every character that could mean something to Mermaid, to Markdown
// or to HTML as an entity of Mermaid: the number behind #, whose semicolon ends it.
func mermaidText(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', strings.ContainsRune(" ._-/", r), r > 0x7f:
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, "#%d;", r)
		}
	}
	return b.String()
}
