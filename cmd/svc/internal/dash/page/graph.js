import { h, put, s, Keyed } from "./dom.js";
import { layout } from "./layout.js";
import { rate } from "./format.js";
import { stateOf } from "./services.js";
import { where } from "./api.js";

const box = { width: 164, height: 46 };
const most = 60; // services that are drawn; all are in the table

// family tells what is drawn alike.
const family = (edge) => (edge.kind === "event" ? "event" : "call");

// Graph draws who talks to whom, and says it in a table.
export class Graph {
	constructor(place) {
		this.drawing = h("div", { class: "drawing", tabindex: "0", role: "group", "aria-label": "Drawing of the services; the table below says the same" });
		this.legend = h("p", { class: "legend" }, line("live", "call"), line("event live", "event"), line("failing", "with errors"), line("", "declared, nothing passes now"));
		const rows = h("ul", { class: "rows", "aria-label": "Who calls or emits what" });
		const head = h("div", { class: "flow head", "aria-hidden": "true" }, h("span", {}, "From → to"), h("span", {}, "Per second"), h("span", {}, "Errors"));
		this.table = h("div", { class: "card" }, head, rows);
		this.empty = h("p", { class: "card empty" });
		this.picture = h("div", { class: "card" }, this.drawing, this.legend);
		place.append(this.empty, this.picture, h("br"), this.table);
		this.rows = new Keyed(rows, (edge) => new FlowRow(edge));
	}

	show(sample) {
		const none = sample.services.length === 0;
		this.empty.hidden = !none;
		put(this.empty, `No services are running on ${where.broker}, namespace ${where.namespace}.`);
		this.picture.hidden = none;
		this.table.hidden = sample.edges.length === 0;
		this.rows.show(sample.edges, (edge) => `${edge.from}\u0000${edge.to}\u0000${edge.kind}\u0000${edge.what}`);
		if (!none) {
			this.draw(sample);
		}
	}

	draw(sample) {
		const services = new Map(sample.services.slice(0, most).map((service) => [service.name, service]));
		const merged = mergedEdges(sample.edges.filter((edge) => edge.to && (services.has(edge.from))));
		const names = [...new Set([...services.keys(), ...merged.map((edge) => edge.to)])];
		const upright = this.drawing.clientWidth < 640;
		const shape = names.join() + merged.map((edge) => edge.key).join() + upright;
		if (shape !== this.shape) {
			this.shape = shape;
			this.compose(names, merged, upright);
		}
		for (const name of names) {
			this.nodes.get(name).update(services.get(name));
		}
		for (const edge of merged) {
			this.edges.get(edge.key).update(edge);
		}
	}

	// compose draws anew; while the same talk to the same, only figures change.
	compose(names, merged, upright) {
		const linked = new Set(merged.flatMap((edge) => [edge.from, edge.to]));
		const drawn = layout(names.filter((name) => linked.has(name)), merged);
		const alone = names.filter((name) => !linked.has(name));
		const step = upright ? [box.width + 24, box.height + 62] : [box.width + 118, box.height + 34];
		const spot = ([layer, place]) => (upright ? [place * step[0], layer * step[1]] : [layer * step[0], place * step[1]]);
		const size = linked.size ? spot([drawn.width, drawn.height]) : [0, 0];
		const columns = Math.max(1, Math.floor(Math.max(this.drawing.clientWidth - 20, size[0]) / (box.width + 24)));
		const places = new Map([...drawn.places].map(([name, at]) => [name, spot(at)]));
		alone.forEach((name, i) => places.set(name, [(i % columns) * (box.width + 24), size[1] + (linked.size ? 14 : 0) + Math.floor(i / columns) * (box.height + 16)]));
		this.nodes = new Map(names.map((name) => [name, new Node(name, places.get(name))]));
		this.edges = new Map(merged.map((edge) => [edge.key, new Arrow(edge, edge.from === edge.to ? null : drawn.points.get(edge).map(spot), places.get(edge.from), upright)]));
		const right = Math.max(...names.map((name) => places.get(name)[0])) + box.width + 30;
		const bottom = Math.max(...names.map((name) => places.get(name)[1])) + box.height + 16;
		const arrow = s("marker", { id: "arrow", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 8, markerHeight: 8, markerUnits: "userSpaceOnUse", orient: "auto" }, s("path", { d: "M0 0 8 4 0 8Z", fill: "context-stroke" }));
		this.drawing.replaceChildren(s("svg", { width: right + 6, height: bottom + 8, viewBox: `-6 -8 ${right + 6} ${bottom + 8}`, "aria-hidden": "true" },
			s("defs", {}, arrow), ...[...this.edges.values()].map((edge) => edge.element), ...[...this.nodes.values()].map((node) => node.element)));
	}
}

// mergedEdges makes one edge of all calls, and one of all events, between two services.
function mergedEdges(edges) {
	const merged = new Map();
	for (const edge of edges) {
		const key = `${edge.from}\u0000${edge.to}\u0000${family(edge)}`;
		const one = merged.get(key) || { key, from: edge.from, to: edge.to, family: family(edge), requests: 0, errors: 0, what: [] };
		one.requests += edge.requests;
		one.errors += edge.errors;
		one.what.push(edge.what);
		merged.set(key, one);
	}
	return [...merged.values()];
}

class Node {
	constructor(name, [x, y]) {
		this.name = s("text", { x: 14, y: 19 }, name.length > 19 ? `${name.slice(0, 18)}…` : name);
		this.words = s("text", { x: 14, y: 36, class: "sub" });
		this.title = s("title", {}, name);
		this.element = s("g", { transform: `translate(${x} ${y})` }, this.title, s("rect", { width: box.width, height: box.height, rx: 9 }), this.name, this.words);
	}

	update(service) {
		const [state, words] = service ? stateOf(service) : ["away", "not running"];
		this.element.setAttribute("class", `node ${state}`);
		put(this.words, service && (state === "ok" || state === "idle") ? `×${service.instances.length + (service.hidden || 0)} · ${rate(service.rate.requests)}/s` : words);
	}
}

class Arrow {
	constructor(edge, points, from, upright) {
		const { d, middle } = points ? curve(points, upright) : loop(from);
		this.path = s("path", { d, "marker-end": "url(#arrow)" });
		this.label = s("text", { x: middle[0], y: middle[1] + (edge.family === "event" ? 13 : -5), "text-anchor": "middle" });
		this.title = s("title");
		this.element = s("g", {}, this.path, this.label, this.title);
		this.family = edge.family;
	}

	update(edge) {
		const state = edge.errors > 0 ? "failing" : edge.requests > 0 ? "live" : "";
		this.element.setAttribute("class", `edge ${this.family} ${state}`);
		this.path.setAttribute("stroke-width", String(Math.min(5, 1.2 + Math.log10(1 + edge.requests))));
		put(this.label, edge.requests > 0 ? `${rate(edge.requests)}/s` : "");
		put(this.title, `${edge.from} → ${edge.to}: ${edge.what.join(", ")}`);
	}
}

// curve leads from the side of one box, between others, to the side of another.
function curve(points, upright) {
	const back = upright ? points[0][1] > points.at(-1)[1] : points[0][0] > points.at(-1)[0];
	const side = (at, out) => (upright ? [at[0] + box.width / 2 + (back ? 26 : 0), at[1] + (out ? box.height : 0)] : [at[0] + (out ? box.width : 0), at[1] + box.height / 2 + (back ? 10 : 0)]);
	const stops = points.flatMap((at, i) => {
		const first = i === 0, last = i === points.length - 1;
		return first ? [side(at, !back)] : last ? [side(at, back)] : [side(at, back), side(at, !back)];
	});
	let d = `M${stops[0].join(" ")}`;
	for (let i = 1; i < stops.length; i++) {
		const [a, b] = [stops[i - 1], stops[i]];
		d += upright ? ` C${a[0]} ${(a[1] + b[1]) / 2} ${b[0]} ${(a[1] + b[1]) / 2} ${b.join(" ")}` : ` C${(a[0] + b[0]) / 2} ${a[1]} ${(a[0] + b[0]) / 2} ${b[1]} ${b.join(" ")}`;
	}
	const half = Math.floor((stops.length - 1) / 2);
	return { d, middle: [(stops[half][0] + stops[half + 1][0]) / 2, (stops[half][1] + stops[half + 1][1]) / 2] };
}

// loop leads from a box to itself.
function loop([x, y]) {
	const right = x + box.width;
	return { d: `M${right} ${y + 14} C${right + 30} ${y + 4} ${right + 30} ${y + 42} ${right} ${y + 32}`, middle: [right + 24, y + 8] };
}

function line(name, words) {
	const mark = s("svg", { viewBox: "0 0 30 8", "aria-hidden": "true" }, s("g", { class: `edge ${name}` }, s("path", { d: "M0 4H30", "stroke-width": 2 })));
	return h("span", {}, mark, words);
}

class FlowRow {
	constructor(edge) {
		this.requests = h("span", { class: "figure" });
		this.errors = h("span", { class: "figure" });
		this.element = h("li", { class: "flow" },
			h("span", {}, h("span", { class: "mono" }, `${edge.from} → ${edge.to || "nobody who is running"}`), h("span", { class: "address" }, `${edge.kind} ${edge.what}`)), this.requests, this.errors);
	}

	update(edge) {
		put(this.requests, rate(edge.requests));
		put(this.errors, rate(edge.errors));
		this.errors.classList.toggle("bad", edge.errors > 0);
	}
}
