package graph_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/awalterschulze/gographviz"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/cmd/svc/internal/census"
	"github.com/enoki-go/enoki/cmd/svc/internal/graph"
)

// hostile are names that mean something in one of the formats, to a page or to a terminal.
var hostile = []string{
	`"`, `\`, `\"`, `\N\G`, `a"];evil[label="`, `<script>alert(1)</script>`, `]]>`, `<!--`, `&amp;&#34;`, "a\nb", "a\r\nend", "\x1b[31m", "\x00", "\xff\xfe",
	"\u202etxt", `%%{init: {"theme":"x"}}%%`, "click n0 href \"javascript:alert(1)\"", "`md`", "#quot;", "#35;", "--> x", "|", "]", ")])", "end", "subgraph",
	strings.Repeat("long", 100), "日本語のサービス", "", " ", "a.b.c", "->", "//x", "/*", "<b>", "${x}", "http://[::1", "é",
}

// attacked is what hostile instances on the bus make of a graph.
func attacked() graph.Graph {
	var s []broker.Stats
	for i, name := range hostile {
		one := broker.Stats{Identity: broker.Identity{Name: fmt.Sprintf("s%d", i), ID: "x"}}
		for _, kind := range []string{"rpc", "job", "event", "subject", "http", "sql", name} {
			one.Targets = append(one.Targets, broker.TargetStats{Kind: kind, Target: name, Requests: -1, Errors: 1 << 62}, broker.TargetStats{Kind: kind, Target: name + "." + name})
			one.Entrypoints = append(one.Entrypoints, broker.EntrypointStats{Kind: kind, Name: "m", Address: name, Requests: 1 << 62, Errors: -5})
		}
		s = append(s, one, one)
	}
	at := time.Unix(0, 0)
	g, _ := graph.Of(graph.Live(census.Census{Taken: at}, census.Census{Taken: at.Add(time.Second), Instances: s}, "svc"), "there")
	return g
}

func TestHostileNamesStayNamesInSVG(t *testing.T) {
	t.Parallel()
	g := attacked()
	root := picture(t, graph.SVG(g, graph.Options{Title: hostile[5]}))
	ids := map[string]bool{}
	var check func(e element)
	check = func(e element) {
		if !slices.Contains([]string{"svg", "g", "rect", "path", "text", "title", "style", "defs", "marker"}, e.XMLName.Local) {
			t.Errorf("have an element <%s>", e.XMLName.Local)
		}
		for _, a := range e.Attrs {
			if strings.HasPrefix(a.Name.Local, "on") || a.Name.Local == "href" {
				t.Errorf("have an attribute %s=%q", a.Name.Local, a.Value)
			}
		}
		if e.ID != "" && (ids[e.ID] || !regexp.MustCompile(`^[A-Za-z0-9._-]+$`).MatchString(e.ID)) {
			t.Errorf("have the id %q, want one that is new and plain", e.ID)
		}
		ids[e.ID] = true
		if strings.ContainsAny(e.Text, "\x1b\u202e\x00") {
			t.Errorf("have the text %q", e.Text)
		}
		for _, c := range e.Children {
			check(c)
		}
	}
	check(root)
	if len(root.of("node")) != len(g.Nodes) || len(root.of("edge")) != len(g.Edges) {
		t.Errorf("have %d nodes and %d edges, want %d and %d", len(root.of("node")), len(root.of("edge")), len(g.Nodes), len(g.Edges))
	}
	for _, complaint := range readable(t, root) {
		t.Error(complaint)
	}
}

func TestHostileNamesStayNamesInDOT(t *testing.T) {
	t.Parallel()
	for name, g := range map[string]graph.Graph{"attacked": attacked(), "city": mustDraw(city(30))} {
		text := graph.DOT(g)
		parsed, err := gographviz.Read(text)
		if err != nil {
			t.Fatalf("%s: %v in\n%s", name, err, text)
		}
		if have, want := len(parsed.Nodes.Nodes), len(g.Nodes); have != want {
			t.Errorf("%s: have %d nodes, want %d", name, have, want)
		}
		if have, want := len(parsed.Edges.Edges), len(g.Edges); have != want {
			t.Errorf("%s: have %d edges, want %d", name, have, want)
		}
		for _, n := range parsed.Nodes.Nodes {
			for key := range n.Attrs {
				if !slices.Contains([]string{"label", "shape", "style", "color", "fontname", "fontsize"}, string(key)) {
					t.Errorf("%s: have the attribute %s", name, key)
				}
			}
		}
	}
}

// line is what a line of our flowcharts may be, of the grammar of Mermaid: the text of
// nodes and edges stands in quotes, and has no character that means something.
const line = `flowchart LR|` +
	`  n\d+(\[|\(\[|\[\(|\[\[)"TEXT"(\]|\]\)|\)\]|\]\])|` +
	`  n\d+ (-->|-\.->)(\|"TEXT"\|)? n\d+|` +
	`  style n\d+ stroke:#bc4c00,stroke-dasharray:5 3|` +
	`  linkStyle \d+(,\d+)* stroke:#bc4c00`

func TestHostileNamesStayNamesInMermaid(t *testing.T) {
	t.Parallel()
	text := `([A-Za-z0-9 ._/-]|[^\x00-\x7f]|#\d+;|<br/>)*`
	grammar := regexp.MustCompile(`^(` + strings.ReplaceAll(line, "TEXT", text) + `)$`)
	for name, g := range map[string]graph.Graph{"attacked": attacked(), "city": mustDraw(city(30)), "shop": mustDraw(shop())} {
		lines := strings.Split(strings.TrimSuffix(string(graph.Mermaid(g)), "\n"), "\n")
		if len(lines) < 1+len(g.Nodes)+len(g.Edges) {
			t.Errorf("%s: have %d lines, want one for each of %d nodes and %d edges", name, len(lines), len(g.Nodes), len(g.Edges))
		}
		for _, l := range lines {
			if !grammar.MatchString(l) || strings.ContainsAny(l, "\u202e\u2028") {
				t.Errorf("%s: have the line %q", name, l)
			}
		}
	}
}
