import { h, put, Keyed } from "./dom.js";
import { Meter, Spark } from "./spark.js";
import { age, count, duration, rate, share, some } from "./format.js";
import { readOnly, where } from "./api.js";
import { callForm } from "./call.js";

const stays = 60_000; // for which a service that is gone is still shown

// metric is a figure with its name, which wide screens show in the head of the column.
function metric(key, name = "", extra = null) {
	const figure = h("span", { class: "figure" });
	return { figure, element: h("span", { class: `metric ${name}` }, h("span", { class: "key" }, key), figure, extra) };
}

function trend() {
	const spark = new Spark({ error: true });
	const figure = h("span", { class: "figure" });
	const element = h("span", { class: "metric trend" }, h("span", {}, h("span", { class: "unseen" }, "Requests per second "), figure), spark.element);
	element.firstChild.className = "figure";
	return { figure, spark, element };
}

// stateOf says in one word how a service fares.
export function stateOf(service) {
	if (service.gone) {
		return ["gone", `gone for ${age(service.gone)}`];
	}
	if (service.rate.errors > 0) {
		return ["errors", `${share(service.rate.errors, service.rate.requests)} errors`];
	}
	if (service.waiting > 0 || (service.workers > 0 && service.busy >= service.workers)) {
		return ["busy", service.waiting > 0 ? `${count(service.waiting)} calls wait` : "all workers busy"];
	}
	return service.rate.requests > 0 ? ["ok", "well"] : ["idle", "idle"];
}

class ServiceRow {
	constructor(service, view) {
		this.view = view;
		this.state = h("span", { class: "state", "aria-hidden": "true" });
		this.about = h("span", { class: "about" });
		const id = `detail-${service.name}`;
		this.button = h("button", { type: "button", "aria-expanded": "false", "aria-controls": id, onclick: () => this.toggle() }, service.name);
		this.trend = trend();
		this.errors = metric("Errors");
		this.p50 = metric("p50");
		this.p95 = metric("p95");
		this.meter = new Meter();
		this.busy = metric("Busy", "meter-cell", this.meter.element);
		this.waiting = metric("Waiting", "waits");
		this.detail = h("div", { class: "detail", id, hidden: true });
		this.element = h("li", { class: "service", "data-service": service.name },
			h("div", { class: "cols" },
				h("div", { class: "title" }, h("span", { class: "chevron", "aria-hidden": "true" }, "›"), this.state, h("h3", {}, this.button, this.about)),
				this.trend.element, this.errors.element, this.p50.element, this.p95.element, this.busy.element, this.waiting.element),
			this.detail);
	}

	toggle() {
		const open = this.detail.hidden;
		this.detail.hidden = !open;
		this.button.setAttribute("aria-expanded", String(open));
		this.element.classList.toggle("open", open);
		this.showDetail();
	}

	update(service) {
		this.service = service;
		const [state, words] = stateOf(service);
		this.state.className = `state ${state}`;
		this.element.classList.toggle("gone", state === "gone");
		const versions = service.versions.filter((v) => v).map((v) => (/^\d/.test(v) ? `v${v}` : v)).join(", ");
		put(this.about, [words, state === "gone" ? "" : some(service.instances.length + (service.hidden || 0), "instance"), versions].filter((text) => text).join(" · "));
		showRates(this, service.rate, this.view.measured, this.view.past.get(service.name));
		put(this.busy.figure, service.workers > 0 ? `${count(service.busy)}/${count(service.workers)}` : "–");
		this.meter.show(service.workers > 0 ? service.busy / service.workers : 0);
		put(this.waiting.figure, count(service.waiting));
		this.waiting.figure.classList.toggle("warn", service.waiting > 0);
		this.waiting.figure.classList.toggle("zero", !(service.waiting > 0));
		this.waiting.element.classList.toggle("quiet-now", !(service.waiting > 0));
		this.busy.figure.classList.toggle("zero", !(service.busy > 0));
		this.showDetail();
	}

	showDetail() {
		if (this.detail.hidden) {
			return;
		}
		if (!this.entries) {
			const entries = h("ul", { class: "entries", "aria-label": "Entrypoints" });
			const instances = h("ul", { class: "instances", "aria-label": "Instances" });
			this.none = h("p", { class: "muted", hidden: true }, "It has no entrypoints that it tells of.");
			this.detail.append(entries, this.none, h("div", {}, h("h4", {}, "Instances"), instances));
			this.entries = new Keyed(entries, (e) => new EntryRow(e, this));
			this.instances = new Keyed(instances, () => new InstanceChip());
		}
		this.entries.show(this.service.entrypoints, (e) => `${e.kind}/${e.name}/${e.address}`);
		this.instances.show(this.service.instances, (i) => i.id);
		this.none.hidden = this.service.entrypoints.length > 0;
	}
}

class EntryRow {
	constructor(entry, row) {
		this.row = row;
		this.trend = trend();
		this.errors = metric("Errors");
		this.p50 = metric("p50");
		this.p95 = metric("p95");
		this.last = h("p", { class: "last", hidden: true });
		const call = entry.callable && !readOnly
			? h("button", { type: "button", class: "small", "data-call": `${row.service.name}.${entry.name}`, "aria-label": `Call ${row.service.name}.${entry.name}`, onclick: () => callForm(row.service.name, entry.name) }, "Call…")
			: null;
		this.element = h("li", { class: "entry", "data-entry": entry.name },
			h("div", { class: "what" }, h("span", { class: `kind ${entry.kind}` }, entry.kind),
				h("span", {}, h("span", { class: "mono" }, entry.name), entry.address && entry.kind !== "rpc" ? h("span", { class: "address mono" }, entry.address) : null)),
			this.trend.element, this.errors.element, this.p50.element, this.p95.element, h("span", { class: "act" }, call), this.last);
	}

	update(entry) {
		const view = this.row.view;
		showRates(this, entry.rate, view.measured, view.past.get(`${this.row.service.name}/${entry.kind}/${entry.name}`));
		this.trend.figure.title = `${count(entry.requests)} since the instances started, ${count(entry.errors)} errors`;
		this.last.hidden = !entry.last_error;
		put(this.last, entry.last_error ? `last error: ${entry.last_error}` : "");
	}
}

class InstanceChip {
	constructor() {
		this.id = h("b", { class: "mono" });
		this.words = h("span");
		this.element = h("li", {}, this.id, this.words);
	}

	update(instance) {
		put(this.id, instance.id.length > 12 ? `${instance.id.slice(0, 11)}…` : instance.id);
		this.element.title = instance.id;
		const busy = instance.workers > 0 ? ` · ${instance.busy}/${instance.workers} busy` : "";
		put(this.words, ` · ${instance.version || "no version"} · up ${age(instance.started)}${busy}`);
	}
}

function showRates(row, r, measured, past) {
	put(row.trend.figure, measured ? `${rate(r.requests)}/s` : "…");
	row.trend.spark.show(past);
	put(row.errors.figure, measured ? (r.errors > 0 ? `${rate(r.errors)}/s` : "0") : "…");
	row.trend.figure.classList.toggle("zero", !(r.requests > 0));
	row.errors.figure.classList.toggle("bad", r.errors > 0);
	row.errors.figure.classList.toggle("zero", !(r.errors > 0));
	row.p50.figure.classList.toggle("zero", !(r.p50_ms > 0));
	row.p95.figure.classList.toggle("zero", !(r.p95_ms > 0));
	row.errors.figure.title = share(r.errors, r.requests);
	put(row.p50.figure, duration(r.p50_ms));
	put(row.p95.figure, duration(r.p95_ms));
}

// Services lists the services, with those that have gone a moment ago.
export class Services {
	constructor(place) {
		this.past = new Map();
		this.gone = new Map();
		this.known = new Map();
		const head = h("div", { class: "cols head", "aria-hidden": "true" },
			...["Service", "Requests/s", "Errors", "p50", "p95", "Workers busy", "Waiting"].map((name) => h("span", {}, name)));
		const list = h("ul", { class: "list" });
		this.table = h("div", { class: "card", hidden: true }, head, list);
		this.empty = h("div", { class: "card empty", id: "no-services", hidden: true },
			h("p", {}, `No services are running on ${where.broker}, namespace ${where.namespace}.`),
			h("p", {}, "Start one with ", h("code", {}, "svc run ./examples/hello")));
		this.more = h("p", { class: "muted" });
		place.append(this.table, this.empty, this.more);
		this.rows = new Keyed(list, (service) => new ServiceRow(service, this));
	}

	show(sample, past) {
		this.past = past;
		this.measured = sample.measured;
		const all = this.withGone(sample.services);
		this.table.hidden = all.length === 0;
		this.empty.hidden = all.length > 0;
		this.more.textContent = sample.hidden ? `${count(sample.hidden)} more services are not shown.` : "";
		this.rows.show(all, (service) => service.name);
	}

	withGone(services) {
		const now = Date.now();
		const live = new Set(services.map((service) => service.name));
		for (const [name, service] of this.known) {
			if (!live.has(name) && !this.gone.has(name)) {
				this.gone.set(name, { ...service, gone: new Date(now).toISOString(), rate: { requests: 0, errors: 0 }, busy: 0, waiting: 0, instances: [] });
			}
		}
		for (const [name, service] of this.gone) {
			if (live.has(name) || now - Date.parse(service.gone) > stays) {
				this.gone.delete(name);
			}
		}
		this.known = new Map(services.map((service) => [service.name, service]));
		return [...services, ...this.gone.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
	}
}
