import { h, put } from "./dom.js";
import { Meter, Spark } from "./spark.js";
import { count, duration, rate, share, some } from "./format.js";

class Tile {
	constructor(name, foot) {
		this.figure = h("span");
		this.unit = h("small");
		this.words = h("span", { class: "foot" }, foot?.element);
		this.element = h("div", { class: "card tile" }, h("span", { class: "name" }, name), h("span", { class: "value" }, this.figure, this.unit), this.words);
	}

	show(figure, unit = "", tone = "") {
		put(this.figure, figure);
		put(this.unit, unit);
		this.figure.className = tone;
	}
}

// Tiles show all services together.
export class Tiles {
	constructor(place) {
		this.sparks = [new Spark(), new Spark({ which: 1 }), new Spark({ which: 2 })];
		this.sparks[1].line.classList.add("error");
		this.meter = new Meter();
		this.services = new Tile("Services");
		this.requests = new Tile("Requests", this.sparks[0]);
		this.errors = new Tile("Errors", this.sparks[1]);
		this.latency = new Tile("p95 latency", this.sparks[2]);
		this.busy = new Tile("Workers busy", this.meter);
		this.waiting = new Tile("Waiting");
		this.letters = new Tile("Dead letters");
		place.append(...[this.services, this.requests, this.errors, this.latency, this.busy, this.waiting, this.letters].map((tile) => tile.element));
	}

	show(sample, past) {
		const sum = (of) => sample.services.reduce((n, service) => n + of(service), 0);
		const instances = sum((service) => service.instances.length + (service.hidden || 0));
		const [workers, busy, calls] = [sum((v) => v.workers), sum((v) => v.busy), sum((v) => v.waiting)];
		this.services.show(count(sample.services.length + (sample.hidden || 0)), ` · ${some(instances, "instance")}`);
		const t = sample.total;
		this.requests.show(sample.measured ? rate(t.requests) : "…", " /s");
		this.errors.show(sample.measured ? rate(t.errors) : "…", sample.measured ? ` /s · ${share(t.errors, t.requests)}` : " /s", t.errors > 0 ? "bad" : "");
		this.latency.show(duration(t.p95_ms));
		this.sparks.forEach((spark) => spark.show(past.get("")));
		this.busy.show(workers > 0 ? count(busy) : "–", workers > 0 ? ` of ${count(workers)}` : "");
		this.meter.show(workers > 0 ? busy / workers : 0);
		this.waiting.show(count(calls + sample.stored.waiting), "", calls + sample.stored.waiting > 0 ? "warn" : "");
		put(this.waiting.words, `${some(calls, "call")}, ${count(sample.stored.waiting)} stored`);
		this.letters.show(sample.stored.note ? "–" : count(sample.stored.letters), "", sample.stored.letters > 0 ? "bad" : "");
		put(this.letters.words, sample.stored.letters > 0 ? "events that could not be handled" : "");
	}
}
