package graph_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/cmd/svc/internal/graph"
	"github.com/enoki-go/enoki/service"
)

// element is one element of a picture.
type element struct {
	XMLName  xml.Name
	ID       string     `xml:"id,attr"`
	Class    string     `xml:"class,attr"`
	D        string     `xml:"d,attr"`
	X        float64    `xml:"x,attr"`
	Y        float64    `xml:"y,attr"`
	Width    float64    `xml:"width,attr"`
	Height   float64    `xml:"height,attr"`
	Text     string     `xml:",chardata"`
	Attrs    []xml.Attr `xml:",any,attr"`
	Children []element  `xml:",any"`
}

// picture reads an SVG, which has to be XML to its end.
func picture(t *testing.T, svg []byte) element {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(svg))
	var root element
	if err := d.Decode(&root); err != nil || root.XMLName.Local != "svg" {
		t.Fatalf("have <%s>, %v in\n%s", root.XMLName.Local, err, svg)
	}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return root
		}
		if text, ok := token.(xml.CharData); err != nil || !ok || len(bytes.TrimSpace(text)) > 0 {
			t.Fatalf("behind the picture, have %v, %v", token, err)
		}
	}
}

// of returns the groups of a class.
func (e element) of(class string) (found []element) {
	for _, c := range e.Children {
		if strings.HasPrefix(c.Class+" ", class+" ") {
			found = append(found, c)
		}
	}
	return found
}

func (e element) first(name string) (element, bool) {
	for _, c := range e.Children {
		if c.XMLName.Local == name {
			return c, true
		}
	}
	return element{}, false
}

// area is a rectangle.
type area struct {
	of                       string
	left, top, right, bottom float64
}

func (a area) holds(x, y float64) bool { return x > a.left && x < a.right && y > a.top && y < a.bottom }

func (a area) meets(b area) bool {
	return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom
}

// perCharacter is how wide a character of a label is in DejaVu Sans, the widest of the
// fonts, on average.
const perCharacter = 7.2

var numbers = regexp.MustCompile(`[MLC]|-?\d+(?:\.\d+)?`)

// walk returns points on a path, at most a few units apart.
func walk(t *testing.T, path string) (points [][2]float64) {
	t.Helper()
	var at [2]float64
	tokens := numbers.FindAllString(path, -1)
	number := func() float64 {
		x, err := strconv.ParseFloat(tokens[0], 64)
		if err != nil {
			t.Fatalf("%v in %s", err, path)
		}
		tokens = tokens[1:]
		return x
	}
	for len(tokens) > 0 {
		verb := tokens[0]
		tokens = tokens[1:]
		var to, c, d [2]float64
		if verb == "C" {
			c, d = [2]float64{number(), number()}, [2]float64{number(), number()}
		}
		to = [2]float64{number(), number()}
		const steps = 60
		for i := 0; i <= steps && verb != "M"; i++ {
			f := float64(i) / steps
			var p [2]float64
			for k := range p {
				if verb == "L" {
					p[k] = at[k] + (to[k]-at[k])*f
				} else {
					p[k] = (1-f)*(1-f)*(1-f)*at[k] + 3*f*(1-f)*(1-f)*c[k] + 3*f*f*(1-f)*d[k] + f*f*f*to[k]
				}
			}
			points = append(points, p)
		}
		at = to
	}
	return points
}

// readable reports what hides what in a picture.
func readable(t *testing.T, root element) (complaints []string) {
	t.Helper()
	var boxes, labels []area
	for _, n := range root.of("node") {
		r, _ := n.first("rect")
		boxes = append(boxes, area{n.ID, r.X, r.Y, r.X + r.Width, r.Y + r.Height})
	}
	for _, e := range root.of("edge") {
		if l, ok := e.first("text"); ok {
			labels = append(labels, area{e.ID, l.X, l.Y - 9, l.X + perCharacter*float64(len([]rune(l.Text))), l.Y + 2})
		}
	}
	all := append(append([]area{{"", 0, 0, 0, 0}}, boxes...), labels...)
	for i, a := range all {
		for _, b := range all[:i] {
			if a.meets(b) {
				complaints = append(complaints, a.of+" overlaps "+b.of)
			}
		}
		if a.left < 0 || a.top < 0 || a.right > root.Width || a.bottom > root.Height {
			complaints = append(complaints, a.of+" is outside")
		}
	}
	for _, e := range root.of("edge") {
		line, _ := e.first("path")
		for _, p := range walk(t, line.D) {
			for _, a := range all {
				if a.holds(p[0], p[1]) && a.of != e.ID {
					complaints = append(complaints, fmt.Sprintf("%s crosses %s at %.0f", e.ID, a.of, p))
					break
				}
			}
		}
	}
	return complaints
}

func TestPictureIsReadable(t *testing.T) {
	t.Parallel()
	for name, m := range map[string]service.Manifest{"shop": shop(), "city": city(30), "crowd": city(60), "one": city(1), "nothing": {}} {
		g, _ := graph.Of(graph.Declared(m), "here")
		root := picture(t, graph.SVG(g, graph.Options{}))
		if have, want := len(root.of("node")), len(g.Nodes); have != want {
			t.Errorf("%s: have %d boxes, want %d", name, have, want)
		}
		if have, want := len(root.of("edge")), len(g.Edges); have != want {
			t.Errorf("%s: have %d edges, want %d", name, have, want)
		}
		for _, complaint := range readable(t, root) {
			t.Errorf("%s: %s", name, complaint)
		}
	}
}

func TestReadableSeesWhatIsNot(t *testing.T) {
	t.Parallel()
	root := picture(t, []byte(`<svg width="100" height="100">`+
		`<g id="a" class="node service"><rect x="0" y="0" width="20" height="20"/></g><g id="b" class="node service"><rect x="10" y="10" width="20" height="20"/></g>`+
		`<g id="c" class="edge rpc"><path d="M40 40L10 5L90 5"/><text x="70" y="50">far too long</text></g></svg>`))
	have := strings.Join(readable(t, root), "\n")
	for _, want := range []string{"b overlaps a", "c is outside", "c crosses a at"} {
		if !strings.Contains(have, want) {
			t.Errorf("have\n%s\nwant %q", have, want)
		}
	}
}

func TestPictureIsTheSameEachTime(t *testing.T) {
	t.Parallel()
	draw := func() string {
		g, _ := graph.Of(graph.Declared(city(30)), "here")
		return string(graph.SVG(g, graph.Options{})) + string(graph.Mermaid(g)) + string(graph.DOT(g))
	}
	first := draw()
	for range 5 {
		if draw() != first {
			t.Fatal("the same services give another picture")
		}
	}
}

func TestElementsHaveIdsAndClassesToFindThemBy(t *testing.T) {
	t.Parallel()
	m := shop()
	m.Services = append(m.Services, declared("porter", [][3]string{{"rpc", "carry", ""}}, [2]string{"rpc", "lift.up"}))
	g, _ := graph.Of(graph.Declared(m), "here")
	for i := range g.Edges {
		switch g.Edges[i].ID {
		case "orders-payments.refund":
			g.Edges[i].Traffic = &graph.Traffic{Requests: 10, Rate: 1}
		case "orders-payments.charge":
			g.Edges[i].Traffic = &graph.Traffic{Requests: 10, Errors: 5, Rate: 12, Failures: 0.5}
		case "orders-stock.left":
			g.Edges[i].Traffic = &graph.Traffic{Requests: 10}
		}
	}
	classes := map[string]string{}
	var texts []string
	root := picture(t, graph.SVG(g, graph.Options{}))
	for _, e := range append(root.of("node"), root.of("edge")...) {
		classes[e.ID] = e.Class
		if l, ok := e.first("text"); ok {
			texts = append(texts, l.Text)
		}
	}
	for id, want := range map[string]string{
		"node-service-orders": "node service", "node-service-lift": "node service missing", "node-event-orders.placed": "node event", "node-sql-orders": "node sql",
		"edge-orders-payments.charge": "edge rpc failing", "edge-orders-payments.refund": "edge rpc busy", "edge-orders-stock.left": "edge rpc idle",
		"edge-orders-stock.reserve": "edge rpc declared", "edge-porter-lift.up": "edge rpc missing", "edge-orders-event.orders.placed": "edge event declared",
	} {
		if classes[id] != want {
			t.Errorf("%s: have class %q, want %q", id, classes[id], want)
		}
	}
	if all := strings.Join(texts, "|"); !strings.Contains(all, "charge  12/s, 0.5/s errors") || !strings.Contains(all, "refund  1/s") {
		t.Errorf("have texts %s, want rates", all)
	}
}

func TestPageMayChooseTheColours(t *testing.T) {
	t.Parallel()
	g, _ := graph.Of(graph.Declared(shop()), "here")
	alone, embedded := string(graph.SVG(g, graph.Options{})), string(graph.SVG(g, graph.Options{Embedded: true}))
	if !strings.Contains(alone, "prefers-color-scheme:dark") || !strings.Contains(alone, "--graph-ink:#") {
		t.Error("a picture that stands alone has no colours for light and dark")
	}
	if strings.Contains(embedded, "prefers-color-scheme") || strings.Contains(embedded, "--graph-ink:") || !strings.Contains(embedded, "var(--graph-ink)") {
		t.Error("a picture in a page sets colours of its own")
	}
}
