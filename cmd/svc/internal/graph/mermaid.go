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
	ids := make(map[string]string, len(g.Nodes))
	for i, n := range g.Nodes {
		id := fmt.Sprintf("n%d", i)
		ids[n.ID] = id
		opening, closing := mermaidShape(n.Kind)
		fmt.Fprintf(&b, "  %s%s\"%s\"%s\n", id, opening, mermaidLines(n), closing)
	}
	var missing []string
	for i, e := range g.Edges {
		arrow := "-->"
		switch {
		case e.Missing:
			arrow = "-.->"
			missing = append(missing, strconv.Itoa(i))
		case e.Kind == Event || e.Kind == Subject || e.Kind == Job:
			arrow = "-.->"
		}
		label := ""
		if t := e.text(); t != "" {
			label = "|\"" + mermaidText(t) + "\"|"
		}
		fmt.Fprintf(&b, "  %s %s%s %s\n", ids[e.From], arrow, label, ids[e.To])
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
	lines := []string{mermaidText(short(n.Name))}
	for _, d := range n.Details {
		lines = append(lines, mermaidText(short(d)))
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
