// Elements are made from parts, never from text: whoever is on the bus chooses names.

const drawn = "http://www.w3.org/2000/svg";

function fill(element, properties, children) {
	for (const [name, value] of Object.entries(properties || {})) {
		if (value === undefined || value === null || value === false) {
			continue;
		}
		if (name.startsWith("on")) {
			element.addEventListener(name.slice(2), value);
		} else {
			element.setAttribute(name, value === true ? "" : value);
		}
	}
	element.append(...children.filter((child) => child !== undefined && child !== null));
	return element;
}

// h makes an element. Strings among its children are text.
export function h(tag, properties, ...children) {
	return fill(document.createElement(tag), properties, children);
}

// s makes an element of SVG.
export function s(tag, properties, ...children) {
	return fill(document.createElementNS(drawn, tag), properties, children);
}

// put changes the text of an element, where it is another.
export function put(element, text) {
	if (element.textContent !== text) {
		element.textContent = text;
	}
}

// keyed shows a list: each item in the element that make made for its key, in order. An
// element that is there stays, with its focus.
export class Keyed {
	#parts = new Map();

	constructor(parent, make) {
		this.parent = parent;
		this.make = make;
	}

	show(items, keyOf) {
		const seen = new Set();
		let place = this.parent.firstElementChild;
		for (const item of items) {
			const key = keyOf(item);
			if (seen.has(key)) {
				continue;
			}
			seen.add(key);
			let part = this.#parts.get(key);
			if (!part) {
				part = this.make(item);
				this.#parts.set(key, part);
			}
			part.update(item);
			if (part.element === place) {
				place = place.nextElementSibling;
			} else {
				this.parent.insertBefore(part.element, place);
			}
		}
		for (const [key, part] of this.#parts) {
			if (!seen.has(key)) {
				part.element.remove();
				this.#parts.delete(key);
			}
		}
	}
}

// opened shows a dialog that is gone when it is closed, and gives the focus back.
export function opened(title, body, { small = false, closed } = {}) {
	const before = document.activeElement;
	const close = () => dialog.close();
	const heading = h("h2", { id: "dialog-title" }, title);
	const dialog = h("dialog", { class: small ? "ask" : null, "aria-labelledby": "dialog-title" },
		h("div", { class: "dialog-head" }, heading, h("button", { type: "button", class: "quiet", "aria-label": "Close", onclick: close }, "✕")),
		body);
	dialog.addEventListener("close", () => {
		dialog.remove();
		before?.focus?.();
		closed?.();
	});
	dialog.addEventListener("click", (event) => {
		if (event.target === dialog) {
			close(); // beside it
		}
	});
	document.body.append(dialog);
	dialog.showModal();
	return dialog;
}

// confirmed asks, and returns whether the answer is yes.
export function confirmed(question, detail, verb, danger) {
	return new Promise((resolve) => {
		let answer = false;
		const yes = h("button", { type: "button", class: danger ? "danger" : "main", id: "confirm", onclick: () => { answer = true; dialog.close(); } }, verb);
		const no = h("button", { type: "button", onclick: () => dialog.close() }, "Cancel");
		const body = h("div", { class: "dialog-body" }, h("p", {}, detail), h("div", { class: "dialog-foot" }, no, yes));
		const dialog = opened(question, body, { small: true, closed: () => resolve(answer) });
		no.focus();
	});
}
