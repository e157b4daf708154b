package graph

// style returns the style sheet of a picture. Everything in it is below its class, since
// a page may have styles of its own.
func style(embedded bool) string {
	if embedded {
		return rules
	}
	return colours + rules
}

const colours = `
.enoki-graph.alone{--graph-paper:#fff;--graph-ink:#1c2128;--graph-faint:#59636e;--graph-line:#818b98;--graph-box:#f6f8fa;--graph-service:#dbe9ff;--graph-event:#fff1cc;--graph-store:#dcf5e3;--graph-missing:#bc4c00;--graph-failing:#cf222e}
@media(prefers-color-scheme:dark){.enoki-graph.alone{--graph-paper:#0d1117;--graph-ink:#e6edf3;--graph-faint:#9198a1;--graph-line:#6e7681;--graph-box:#161b22;--graph-service:#16305a;--graph-event:#4a3a0c;--graph-store:#123a22;--graph-missing:#f0883e;--graph-failing:#ff7b72}}`

const rules = `
.enoki-graph{font:12px system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
.enoki-graph .paper{fill:var(--graph-paper)}
.enoki-graph text{fill:var(--graph-ink)}
.enoki-graph .node rect{fill:var(--graph-box);stroke:var(--graph-line)}
.enoki-graph .node text{text-anchor:middle}
.enoki-graph .node .name{font-size:13px;font-weight:600}
.enoki-graph .node .detail{font-size:11px;fill:var(--graph-faint)}
.enoki-graph .node.service rect{fill:var(--graph-service)}
.enoki-graph .node.event rect,.enoki-graph .node.subject rect{fill:var(--graph-event)}
.enoki-graph .node.sql rect,.enoki-graph .node.redis rect,.enoki-graph .node.lock rect{fill:var(--graph-store)}
.enoki-graph .node.missing rect{fill:none;stroke:var(--graph-missing);stroke-dasharray:5 3}
.enoki-graph .node.failing rect{stroke:var(--graph-failing)}
.enoki-graph .edge path{fill:none;stroke:var(--graph-line)}
.enoki-graph .edge.event path,.enoki-graph .edge.subject path,.enoki-graph .edge.job path{stroke-dasharray:2 2}
.enoki-graph .edge.missing path{stroke:var(--graph-missing);stroke-dasharray:5 3}
.enoki-graph .edge.idle{opacity:.65}
.enoki-graph .edge.busy path{stroke-width:2}
.enoki-graph .edge.failing path{stroke:var(--graph-failing);stroke-width:2}
.enoki-graph .edge .label{fill:var(--graph-faint)}
.enoki-graph .edge.failing .label{fill:var(--graph-failing)}
.enoki-graph .arrow{fill:var(--graph-line)}
.enoki-graph .arrow.missing{fill:var(--graph-missing)}
.enoki-graph .arrow.failing{fill:var(--graph-failing)}
`

// arrows are the heads of edges: a marker has no colour of the line that it ends.
const arrows = `<defs>` +
	`<marker id="graph-arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path class="arrow" d="M0 0L8 4L0 8z"/></marker>` +
	`<marker id="graph-missing" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path class="arrow missing" d="M0 0L8 4L0 8z"/></marker>` +
	`<marker id="graph-failing" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path class="arrow failing" d="M0 0L8 4L0 8z"/></marker>` +
	`</defs>
`
