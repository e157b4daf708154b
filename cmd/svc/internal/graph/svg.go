package graph

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"
)

// Options say how a picture is made.
type Options struct {
	// Embedded leaves the colours to the page around the picture: the variables
	// --graph-paper, --graph-ink, --graph-faint, --graph-line, --graph-box, --graph-service,
	// --graph-event, --graph-store, --graph-missing and --graph-failing.
	Embedded bool
	Title    string // for those who cannot see it; "Services"
}

// SVG returns the graph as a picture, without scripts. Its boxes are elements g with the
// id "node-KIND-NAME" and the classes node, the kind, and missing or failing; its edges
// have the id "edge-" and Edge.ID, and the classes edge, the kind, and one of declared,
// missing, idle, busy and failing. The text of an edge has the class label.
func SVG(g Graph, o Options) []byte {
	p := lay(g)
	d := &drawer{}
	d.f("<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"enoki-graph%s\" role=\"img\" width=\"%s\" height=\"%s\" viewBox=\"0 0 %[2]s %[3]s\">\n",
		standing(o.Embedded), num(p.width), num(p.height))
	d.f("<title>%s</title>\n<style>%s</style>\n", text(cmp.Or(visible(o.Title), "Services")), style(o.Embedded))
	d.WriteString(arrows)
	if !o.Embedded {
		d.f("<rect class=\"paper\" width=\"%s\" height=\"%s\"/>\n", num(p.width), num(p.height))
	}
	for i, e := range g.Edges {
		d.edge(e, p.routes[i])
	}
	ids := map[string]bool{}
	for i, n := range g.Nodes {
		d.node(n, p.boxes[i], ids)
	}
	d.WriteString("</svg>\n")
	return []byte(d.String())
}

func standing(embedded bool) string {
	if embedded {
		return ""
	}
	return " alone"
}

type drawer struct{ strings.Builder }

func (d *drawer) f(format string, args ...any) { _, _ = fmt.Fprintf(d, format, args...) } // a builder takes all

// edge draws an arrow and its text.
func (d *drawer) edge(e Edge, r route) {
	id, state := "edge-"+e.ID, e.state()
	d.f("<g id=\"%s\" class=\"edge %s %s\">", id, slug(string(e.Kind)), state)
	d.f("<title>%s</title>", text(visible(e.From+" → "+e.To+" "+e.Label+" "+e.Traffic.String())))
	arrow := "arrow"
	if state == "missing" || state == "failing" {
		arrow = state
	}
	d.f("<path d=\"%s\" marker-end=\"url(#graph-%s)\"/>", r.path(), arrow)
	if label := e.text(); label != "" {
		d.f("<text class=\"label\" x=\"%s\" y=\"%s\">%s</text>", num(r.label.x), num(r.label.y), text(label))
	}
	d.WriteString("</g>\n")
}

// path returns the line: straight inside columns, and bent between them.
func (r route) path() string {
	var b strings.Builder
	fmt.Fprintf(&b, "M%s %s", num(r.points[0].x), num(r.points[0].y))
	for i, to := range r.points[1:] {
		from := r.points[i]
		if from == to {
			continue // an arrow at the end of nothing would point anywhere
		}
		if r.loop || i%2 == 0 {
			fmt.Fprintf(&b, "L%s %s", num(to.x), num(to.y))
			continue
		}
		middle := (from.x + to.x) / 2
		fmt.Fprintf(&b, "C%s %s %[1]s %[3]s %[4]s %[3]s", num(middle), num(from.y), num(to.y), num(to.x))
	}
	return b.String()
}

// node draws a box and its text.
func (d *drawer) node(n Node, b box, ids map[string]bool) {
	id := "node-" + slug(string(n.Kind)) + "-" + slug(n.Name)
	for i := 2; ids[id]; i++ {
		id = "node-" + slug(string(n.Kind)) + "-" + slug(n.Name) + "-" + strconv.Itoa(i)
	}
	ids[id] = true
	class := "node " + slug(string(n.Kind))
	if n.Missing {
		class += " missing"
	}
	if n.Failing {
		class += " failing"
	}
	d.f("<g id=\"%s\" class=\"%s\"><title>%s</title>", id, class, text(visible(n.Name)))
	d.f("<rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" rx=\"%s\"/>", num(b.x), num(b.y), num(b.width), num(b.height), num(n.radius(b)))
	y := b.y + (b.height-lineStep*float64(len(n.Details))-nameStep)/2 + nameStep - 6
	d.f("<text class=\"name\" x=\"%s\" y=\"%s\">%s</text>", num(b.x+b.width/2), num(y), text(short(n.Name)))
	for _, line := range n.Details {
		y += lineStep
		d.f("<text class=\"detail\" x=\"%s\" y=\"%s\">%s</text>", num(b.x+b.width/2), num(y), text(short(line)))
	}
	d.WriteString("</g>\n")
}

// radius tells kinds apart where colours do not: what passes is round.
func (n Node) radius(b box) float64 {
	switch n.Kind {
	case Event, Subject, HTTP, Timer, Any:
		return min(b.height, b.width) / 2
	case Service:
		return 6
	default:
		return 0
	}
}

// num writes a number with a tenth of precision, which is the same everywhere.
func num(x float64) string { return strconv.FormatFloat(float64(int64(x*10+0.5))/10, 'f', -1, 64) }

// text escapes what is shown.
func text(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a builder takes all
	return b.String()
}
