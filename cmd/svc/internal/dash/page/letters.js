import { h, put, confirmed, opened, Keyed } from "./dom.js";
import { ask, readOnly, tell } from "./api.js";
import { clock, some } from "./format.js";

class LetterRow {
	constructor(letter, view) {
		this.box = h("input", { type: "checkbox", "aria-label": `Choose dead letter ${letter.number}`, onchange: () => view.choose(letter.number, this.box.checked) });
		this.view = view;
		this.element = h("li", { class: "letter", "data-letter": letter.number },
			readOnly ? h("span", { class: "pick muted" }, `#${letter.number}`) : h("label", { class: "pick" }, this.box),
			h("div", {}, h("span", { class: "mono" }, letter.handler), h("span", { class: "address" }, `#${letter.number} · ${letter.event} · ${clock(letter.last)}`)),
			h("div", { class: "why" }, h("span", { class: "reason" }, letter.reason), letter.error),
			h("button", { type: "button", class: "small", "aria-label": `Open dead letter ${letter.number}`, onclick: () => view.open(letter.number) }, "Open"));
	}

	update(letter) {
		this.box.checked = this.view.chosen.has(letter.number);
	}
}

// Letters lists dead letters, opens one, and replays and drops them.
export class Letters {
	constructor(place) {
		this.chosen = new Set();
		this.count = -1;
		this.notice = h("p", { class: "notice mild", role: "status", hidden: true });
		this.empty = h("p", { class: "card empty" }, "Asking the broker…");
		const list = h("ul", { class: "rows" });
		this.all = h("input", { type: "checkbox", id: "choose-all", onchange: () => this.chooseAll(this.all.checked) });
		this.summary = h("span", { class: "muted" });
		this.actions = [["replay", "Replay…", false], ["drop", "Drop…", true]].map(([verb, text, danger]) =>
			h("button", { type: "button", class: "small", id: `${verb}-chosen`, disabled: true, onclick: () => this.settle(verb, [...this.chosen], danger) }, text));
		const tools = h("div", { class: "tools" }, readOnly ? null : h("label", {}, this.all, "Choose all"), this.summary, h("span", { class: "space" }), ...(readOnly ? [] : this.actions));
		this.table = h("div", { class: "card", hidden: true }, tools, list);
		place.append(this.notice, this.empty, this.table);
		this.rows = new Keyed(list, (letter) => new LetterRow(letter, this));
	}

	// seen is told how many there are, and whether anybody looks.
	seen(count, note, visible) {
		if (visible && (count !== this.count || !this.visible)) {
			this.load();
		}
		this.count = count;
		this.visible = visible;
	}

	async load() {
		try {
			const list = await ask("/api/letters");
			this.show(list.letters, list.more);
		} catch (error) {
			this.table.hidden = true;
			this.empty.hidden = false;
			put(this.empty, `Dead letters cannot be read: ${error.message}.`);
		}
	}

	show(letters, more) {
		this.letters = letters;
		const numbers = new Set(letters.map((letter) => letter.number));
		this.chosen = new Set([...this.chosen].filter((number) => numbers.has(number)));
		this.table.hidden = letters.length === 0;
		this.empty.hidden = letters.length > 0;
		put(this.empty, "No dead letters: every event was handled, or is still being tried.");
		put(this.summary, more ? `The oldest ${letters.length}; svc dlq ls shows all` : some(letters.length, "dead letter"));
		this.rows.show(letters, (letter) => letter.number);
		this.showChosen();
	}

	choose(number, on) {
		this.chosen[on ? "add" : "delete"](number);
		this.showChosen();
	}

	chooseAll(on) {
		this.chosen = new Set(on ? this.letters.map((letter) => letter.number) : []);
		this.rows.show(this.letters, (letter) => letter.number);
		this.showChosen();
	}

	showChosen() {
		this.all.checked = this.letters.length > 0 && this.chosen.size === this.letters.length;
		this.actions.forEach((button) => { button.disabled = this.chosen.size === 0; });
	}

	async open(number) {
		const body = h("div", { class: "dialog-body" }, h("p", { class: "muted" }, "Asking the broker…"));
		const dialog = opened(`Dead letter ${number}`, body);
		try {
			body.replaceChildren(...this.facts(await ask(`/api/letters/${number}`), dialog));
		} catch (error) {
			body.replaceChildren(h("p", { class: "notice" }, error.message));
		}
	}

	facts(letter, dialog) {
		const rows = [["handler", letter.handler], ["event", letter.event], ["reason", letter.reason], ["error", letter.error], ["name", letter.name], ["attempts", String(letter.attempts)],
			["id", letter.id], ["key", letter.key], ["emitted", clock(letter.emitted)], ["first error", clock(letter.first)], ["last error", clock(letter.last)],
			["context data", Object.entries(letter.data || {}).map(([key, value]) => `${key}=${value}`).join(", ")], ["calls", (letter.calls || []).join(" → ")]];
		const act = (verb, text, danger) => h("button", { type: "button", class: danger ? "" : "main", id: `${verb}-letter`, onclick: () => this.settle(verb, [letter.number], danger, () => dialog.close()) }, text);
		return [h("dl", { class: "facts" }, ...rows.filter(([, value]) => value).flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])),
			h("div", {}, h("p", { class: "muted" }, "Payload, without what the handler declares sensitive"), h("pre", { tabindex: "0" }, letter.payload)),
			...(readOnly ? [] : [h("div", { class: "dialog-foot" }, act("drop", "Drop…", true), act("replay", "Replay…", false))])];
	}

	async settle(verb, numbers, danger, done) {
		const what = numbers.length === 1 ? `dead letter ${numbers[0]}` : `${numbers.length} dead letters`;
		const detail = danger ? "The events are gone for good, and no handler gets them again." : "Each handler gets its event again, with all its attempts. What dies again becomes another dead letter.";
		if (!(await confirmed(danger ? `Drop ${what}?` : `Replay ${what}?`, detail, danger ? "Drop" : "Replay", danger))) {
			return;
		}
		done?.();
		try {
			const settled = await tell(`/api/letters/${verb}`, JSON.stringify({ numbers }));
			const failed = settled.failed.map((one) => `${one.number}: ${one.error.message}`).join("; ");
			this.say(failed ? "mild" : "good", `${danger ? "Dropped" : "Replayed"} ${some(settled.done, "dead letter")}${failed ? `. ${failed}` : "."}`);
		} catch (error) {
			this.say("", error.message);
		}
		this.chosen.clear();
		await this.load();
	}

	say(tone, text) {
		this.notice.hidden = false;
		this.notice.className = `notice ${tone}`;
		put(this.notice, text);
	}
}
