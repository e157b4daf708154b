import { h, put } from "./dom.js";
import { where, readOnly } from "./api.js";
import { clock, count } from "./format.js";
import { Tiles } from "./tiles.js";
import { Services } from "./services.js";
import { Queues } from "./queues.js";
import { Letters } from "./letters.js";
import { Graph } from "./graph.js";

const at = (id) => document.getElementById(id);
const longest = 60; // of the past, in samples
const views = ["services", "graph", "letters"];

const parts = { tiles: new Tiles(at("tiles")), services: new Services(at("services")), queues: new Queues(at("queues")), letters: new Letters(at("letters")), graph: new Graph(at("graph")) };
const state = { past: new Map(), since: null, last: null, view: "services", lost: null };

// route shows the view that the address names.
function route() {
	const wanted = location.hash.slice(1);
	state.view = views.includes(wanted) ? wanted : "services";
	for (const view of views) {
		at(`view-${view}`).hidden = view !== state.view;
		const link = document.querySelector(`nav a[href="#${view}"]`);
		view === state.view ? link.setAttribute("aria-current", "page") : link.removeAttribute("aria-current");
	}
	if (state.last) {
		show(state.last);
	}
}

// remember adds a sample to the past.
function remember(sample) {
	if (!sample.measured || sample.at === state.since) {
		return;
	}
	const next = new Map();
	const add = (name, r) => next.set(name, [...(state.past.get(name) || []), [r.requests, r.errors, r.p95_ms]].slice(-longest));
	add("", sample.total);
	for (const service of sample.services) {
		add(service.name, service.rate);
		service.entrypoints.forEach((entry) => add(`${service.name}/${entry.kind}/${entry.name}`, entry.rate));
	}
	state.past = next;
}

function show(sample) {
	parts.tiles.show(sample, state.past);
	const letters = sample.stored.letters;
	at("letter-count").hidden = letters === 0;
	put(at("letter-count"), count(letters));
	if (state.view === "services") {
		parts.services.show(sample, state.past);
		parts.queues.show(sample.stored);
	}
	if (state.view === "graph") {
		parts.graph.show(sample);
	}
	parts.letters.seen(letters, sample.stored.note, state.view === "letters");
}

// take takes a sample. While the broker is away it tells nothing, and what was seen last
// stays.
function take(sample) {
	if (!sample.broker.connected) {
		state.lost ??= sample.at;
		link("down", "broker away");
		say(`The broker at ${sample.broker.url} is away since ${clock(state.lost)}. Shown is what was seen last; svc dash connects again by itself.`);
		return;
	}
	state.lost = null;
	link("up", `${sample.broker.url} · ${sample.broker.namespace}${readOnly ? " · read-only" : ""}`);
	say((sample.troubles || []).join(" · "), "mild");
	remember(sample);
	state.last = sample;
	show(sample);
}

function link(name, words) {
	at("link").className = `link ${name}`;
	put(at("link").querySelector(".words"), words);
	at("link").title = words;
}

function say(text, tone = "") {
	const notice = at("notice");
	notice.hidden = !text;
	notice.className = `notice ${tone}`;
	put(notice, text);
	const stale = Boolean(text) && tone === "";
	document.querySelectorAll("main > :not(.notice)").forEach((part) => part.classList.toggle("stale", stale));
}

// listen hears the samples. The browser itself connects again.
function listen() {
	const source = new EventSource("/api/stream");
	source.addEventListener("hello", (event) => {
		const hello = JSON.parse(event.data);
		state.past = new Map(Object.entries(hello.past));
		state.since = hello.at;
		put(at("interval"), `${hello.interval} s`);
	});
	source.addEventListener("sample", (event) => take(JSON.parse(event.data)));
	source.addEventListener("error", () => {
		link("down", "svc dash away");
		say("svc dash does not answer: it may have ended. Shown is what was seen last; this page asks again by itself.");
		if (source.readyState === EventSource.CLOSED) {
			setTimeout(listen, 3000); // it refused: too many pages, or another process
		}
	});
}

// theme switches between what the system says, light and dark, and keeps the choice.
function theme() {
	const names = ["", "light", "dark"];
	const signs = { "": "◐", light: "☀", dark: "☾" };
	const button = at("theme");
	const shown = () => document.documentElement.dataset.theme || "";
	const tell = () => {
		button.replaceChildren(h("span", { "aria-hidden": "true" }, signs[shown()]), h("span", { class: "words" }, ` ${shown() || "auto"}`));
		button.setAttribute("aria-label", `Colours: ${shown() || "as the system has them"}`);
	};
	button.addEventListener("click", () => {
		const next = names[(names.indexOf(shown()) + 1) % names.length];
		next ? (document.documentElement.dataset.theme = next) : delete document.documentElement.dataset.theme;
		try {
			localStorage.setItem("dash-theme", next);
		} catch { /* the choice holds for this page */ }
		tell();
	});
	tell();
}

window.addEventListener("hashchange", route);
document.title = `svc dash · ${where.namespace}`;
theme();
route();
listen();
