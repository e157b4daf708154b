import { h, opened } from "./dom.js";
import { ask, tell } from "./api.js";
import { argumentsOf } from "./arguments.js";
import { checked, Mistake } from "./form.js";
import { duration } from "./format.js";

// callForm opens the form of a method.
export async function callForm(service, name) {
	const body = h("div", { class: "dialog-body" }, h("p", { class: "muted" }, "Asking the service what it takes…"));
	const leaving = new AbortController();
	opened(`${service}.${name}`, body, { closed: () => leaving.abort() });
	try {
		const described = await ask(`/api/services/${encodeURIComponent(service)}`, leaving.signal);
		const method = described.methods.find((one) => one.name === name);
		if (!method) {
			throw new Error(`${service} has no method ${name} any more.`);
		}
		body.replaceChildren(...new Form(service, method, leaving.signal).elements);
		body.querySelector("input, textarea, select, button.main")?.focus();
	} catch (error) {
		if (error.name !== "AbortError") {
			body.replaceChildren(h("p", { class: "notice" }, error.message));
		}
	}
}

class Form {
	constructor(service, method, signal) {
		this.service = service;
		this.method = method;
		this.signal = signal;
		this.arguments = argumentsOf(method);
		this.raw = h("textarea", { rows: 7, spellcheck: "false", id: "raw-json", "aria-describedby": "raw-hint raw-mistake" });
		this.raw.value = this.arguments.skeleton;
		this.rawMistake = h("p", { class: "mistake", id: "raw-mistake", hidden: true });
		this.panels = [
			h("div", { role: "tabpanel", id: "panel-form", "aria-labelledby": "tab-form" }, this.arguments.element),
			h("div", { role: "tabpanel", id: "panel-raw", "aria-labelledby": "tab-raw", hidden: true }, h("div", { class: "field" },
				h("label", { for: "raw-json" }, "Arguments ", h("span", { class: "hint", id: "raw-hint" }, "one JSON document: the argument itself, an array of all, or an object of all by name")), this.raw, this.rawMistake)),
		];
		this.tabs = [tab("form", "Form", () => this.choose(0)), tab("raw", "JSON", () => this.choose(1))];
		const tablist = h("div", { class: "tabs", role: "tablist", "aria-label": "How to give arguments", onkeydown: (event) => this.arrow(event) }, ...this.tabs);
		this.choose(0);
		this.context = new Pairs();
		this.timeout = h("input", { type: "text", inputmode: "decimal", id: "timeout", value: "30" });
		this.button = h("button", { type: "submit", class: "main", id: "make-call" }, "Call");
		this.outcome = h("div", { "aria-live": "polite", id: "outcome" });
		const form = h("form", { class: "fields", novalidate: true, autocomplete: "off", onsubmit: (event) => { event.preventDefault(); this.submit(); } },
			method.input === undefined ? null : tablist, ...this.panels, this.context.element,
			h("div", { class: "dialog-foot" }, h("label", { class: "left muted", for: "timeout" }, "Timeout, seconds"), this.timeout, this.button));
		this.timeout.style.width = "84px";
		const delivery = method.delivery ? h("p", { class: "muted" }, `Delivery: ${method.delivery}.`) : null;
		this.elements = [...(delivery ? [delivery] : []), form, this.outcome];
	}

	choose(which) {
		this.chosen = which;
		this.tabs.forEach((one, i) => {
			one.setAttribute("aria-selected", String(i === which));
			one.tabIndex = i === which ? 0 : -1;
			this.panels[i].hidden = i !== which;
		});
	}

	arrow(event) {
		if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
			this.choose(1 - this.chosen);
			this.tabs[this.chosen].focus();
			event.preventDefault();
		}
	}

	// request returns what to send, as text.
	request() {
		const given = this.chosen === 0 ? this.arguments.read() : this.document();
		const seconds = Number(this.timeout.value.replace(",", "."));
		if (!(seconds > 0 && seconds <= 600)) {
			throw new Error("Timeout: want more than 0 and at most 600 seconds.");
		}
		const parts = [`"service":${JSON.stringify(this.service)}`, `"method":${JSON.stringify(this.method.name)}`,
			`"data":${JSON.stringify(this.context.read())}`, `"timeout_ms":${Math.ceil(seconds * 1000)}`, ...Object.entries(given).map(([key, text]) => `"${key}":${text}`)];
		return `{${parts.join(",")}}`;
	}

	document() {
		this.rawMistake.hidden = true;
		if (this.raw.value.trim() === "") {
			return {};
		}
		try {
			return { document: checked(this.raw.value) };
		} catch (error) {
			this.rawMistake.hidden = false;
			this.rawMistake.textContent = error.message;
			throw new Mistake({ input: this.raw, wrong() {} }, error.message);
		}
	}

	async submit() {
		let text;
		try {
			text = this.request();
		} catch (error) {
			if (error instanceof Mistake) {
				error.field.wrong(error.message);
				error.field.input.focus();
			} else {
				this.outcome.replaceChildren(h("p", { class: "notice" }, error.message));
			}
			return;
		}
		this.button.disabled = true;
		this.outcome.replaceChildren(h("p", { class: "muted" }, "Calling…"));
		try {
			this.outcome.replaceChildren(verdict(await tell("/api/call", text, this.signal)));
		} catch (error) {
			this.outcome.replaceChildren(h("p", { class: "notice" }, error.message));
		}
		this.arguments.clear();
		if (this.method.sensitive?.length) {
			this.raw.value = this.arguments.skeleton;
		}
		this.button.disabled = false;
		this.outcome.scrollIntoView({ block: "nearest" });
	}
}

function tab(name, text, choose) {
	return h("button", { type: "button", role: "tab", id: `tab-${name}`, "aria-controls": `panel-${name}`, onclick: choose }, text);
}

// verdict shows what became of a call.
function verdict(outcome) {
	const took = h("span", { class: "took" }, duration(outcome.took_ms));
	if (outcome.error) {
		const names = [outcome.error.code, outcome.error.name].filter((text) => text).join(" · ");
		return h("div", { class: "result failed" }, h("div", { class: "verdict" }, h("span", {}, `✕ ${names}`), took), h("pre", { tabindex: "0" }, outcome.error.message));
	}
	return h("div", { class: "result good" }, h("div", { class: "verdict" }, h("span", {}, "✓ answered"), took), h("pre", { tabindex: "0" }, outcome.result));
}

// Pairs are context data: keys with values.
class Pairs {
	constructor() {
		this.rows = [];
		this.list = h("div");
		this.element = h("details", {}, h("summary", {}, "Context data"), this.list, h("button", { type: "button", class: "small", onclick: () => this.add() }, "Add a pair"));
		this.element.addEventListener("toggle", () => this.element.open && this.rows.length === 0 && this.add());
	}

	add() {
		const key = h("input", { type: "text", placeholder: "key", "aria-label": "Key", autocomplete: "off", spellcheck: "false" });
		const value = h("input", { type: "text", placeholder: "value", "aria-label": "Value", autocomplete: "off", spellcheck: "false" });
		const pair = { key, value };
		const row = h("div", { class: "pair" }, key, value, h("button", { type: "button", class: "quiet", "aria-label": "Remove the pair", onclick: () => { this.rows.splice(this.rows.indexOf(pair), 1); row.remove(); } }, "✕"));
		this.rows.push(pair);
		this.list.append(row);
	}

	read() {
		return Object.fromEntries(this.rows.filter((pair) => pair.key.value !== "").map((pair) => [pair.key.value, pair.value.value]));
	}
}
