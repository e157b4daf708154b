import { h, put, Keyed } from "./dom.js";
import { count } from "./format.js";

class QueueRow {
	constructor(queue) {
		this.waiting = h("span", { class: "figure" });
		this.held = h("span", { class: "figure" });
		const what = queue.event ? h("span", { class: "address" }, queue.event) : null;
		this.element = h("li", { class: "queue" },
			h("span", { class: `kind ${queue.kind}` }, queue.kind), h("span", { class: "mono" }, queue.handler, what),
			h("span", {}, h("span", { class: "unseen key" }, "waiting"), this.waiting), h("span", {}, h("span", { class: "unseen key" }, "in hand"), this.held));
	}

	update(queue) {
		put(this.waiting, count(queue.waiting));
		put(this.held, queue.kind === "event" ? count(queue.held) : "–");
	}
}

// Queues lists what is stored and not handled yet.
export class Queues {
	constructor(place) {
		const head = h("div", { class: "queue head", "aria-hidden": "true" }, h("span", { class: "kind" }), h("span", {}, "Handler or service"), h("span", {}, "Waiting"), h("span", {}, "In hand"));
		head.firstChild.style.visibility = "hidden";
		const list = h("ul", { class: "rows" });
		this.table = h("div", { class: "card", hidden: true }, head, list);
		this.empty = h("p", { class: "card empty" }, "Asking the broker…");
		place.append(this.table, this.empty);
		this.rows = new Keyed(list, (queue) => new QueueRow(queue));
	}

	show(stored) {
		this.table.hidden = stored.queues.length === 0;
		this.empty.hidden = stored.queues.length > 0;
		const note = stored.note ? stored.note[0].toUpperCase() + stored.note.slice(1) + "." : "";
		put(this.empty, note || "Nothing waits: every stored event and every durable call is done.");
		this.rows.show(stored.queues, (queue) => `${queue.kind}/${queue.handler}/${queue.event}`);
	}
}
