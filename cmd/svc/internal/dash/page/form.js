import { h } from "./dom.js";

const deepest = 4; // of fields in fields; below, JSON is typed

// A mistake of who fills in a form, at its field.
export class Mistake extends Error {
	constructor(field, text) {
		super(text);
		this.field = field;
	}
}

let fields = 0;

// resolved follows references of a schema.
function resolved(schema, root) {
	for (let i = 0; i < 20 && schema && typeof schema === "object" && typeof schema.$ref === "string"; i++) {
		schema = schema.$ref.replace(/^#\/?/, "").split("/").filter((p) => p)
			.reduce((at, part) => at?.[decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~")], root);
	}
	return schema && typeof schema === "object" ? schema : {};
}

// shape returns the type of a schema without null, "any" for what may be several.
function shape(schema) {
	if (Array.isArray(schema.enum)) {
		return "choice";
	}
	const options = schema.anyOf || schema.oneOf;
	if (options) {
		return "any";
	}
	const types = [].concat(schema.type ?? []).filter((type) => type !== "null");
	if (types.length !== 1) {
		return "any";
	}
	if (types[0] === "object" && !schema.properties) {
		return "any";
	}
	if (types[0] === "array" && (!schema.items || schema.prefixItems || schema.items === true)) {
		return "any";
	}
	return types[0];
}

// narrowed is a schema that may be null, as the other of the two.
function narrowed(schema, root) {
	const options = (schema.anyOf || schema.oneOf || []).map((option) => resolved(option, root)).filter((option) => option.type !== "null");
	return options.length === 1 ? { ...schema, anyOf: undefined, oneOf: undefined, ...options[0] } : schema;
}

function hidden(path, sensitive) {
	const parts = path.split(".");
	return sensitive.some((pattern) => {
		const words = pattern.split(".");
		const fits = (have) => words.length <= have.length && words.every((word, i) => word === "*" || word.toLowerCase() === have[i].toLowerCase());
		return fits(parts) || fits(parts.slice(1)) || pattern === "*";
	});
}

function hintOf(schema) {
	const types = [].concat(schema.type ?? []).filter((type) => type !== "null");
	const kind = schema.format || (types.length === 1 ? types[0] : types.length ? types.join(" or ") : "any JSON");
	return [kind, schema.description].filter((text) => text).join(" · ");
}

// fieldOf makes a field for a schema. Its read returns JSON as text, undefined for what
// was left empty.
export function fieldOf(schema, at) {
	schema = narrowed(resolved(schema, at.root), at.root);
	const kind = at.depth >= deepest ? "any" : shape(schema);
	const secret = hidden(at.path, at.sensitive);
	const make = secret && kind !== "boolean" ? secretField : makers[kind] || jsonField;
	return make(schema, { ...at, secret, kind, id: `field-${++fields}` });
}

const makers = { string: textField, integer: numberField, number: numberField, boolean: tickField, choice: choiceField, object: groupField, array: listField };

// labelled puts a field under its name, and reads it.
function labelled(at, schema, input, take) {
	const mistake = h("p", { class: "mistake", id: `${at.id}-mistake`, hidden: true });
	input.id = at.id;
	input.setAttribute("aria-describedby", `${at.id}-mistake`);
	input.dataset.path = at.path;
	const element = h("div", { class: "field" },
		h("label", { for: at.id }, at.name, at.required ? "" : h("span", { class: "hint" }, " optional"), h("span", { class: "hint" }, `  ${hintOf(schema)}`)), input, mistake);
	const field = { element, input, clear: () => { if (at.secret) { input.value = ""; } } };
	field.wrong = (text) => {
		mistake.textContent = text;
		mistake.hidden = !text;
		input.classList.toggle("wrong", Boolean(text));
		input.setAttribute("aria-invalid", String(Boolean(text)));
	};
	field.read = () => {
		field.wrong("");
		try {
			return take();
		} catch (error) {
			throw new Mistake(field, error.message);
		}
	};
	return field;
}

function missing(at) {
	if (at.required) {
		throw new Error(`${at.name} is required`);
	}
	return undefined;
}

function textField(schema, at) {
	const long = /text|body|message|description|content/i.test(at.name) && !schema.format;
	const input = long ? h("textarea", { rows: 2 }) : h("input", { type: "text", autocomplete: "off", spellcheck: "false", placeholder: schema.format === "date-time" ? "2026-01-31T12:00:00Z" : null });
	return labelled(at, schema, input, () => (input.value === "" && !at.required ? undefined : JSON.stringify(input.value)));
}

function numberField(schema, at) {
	const input = h("input", { type: "text", inputmode: at.kind === "integer" ? "numeric" : "decimal", autocomplete: "off" });
	const form = at.kind === "integer" ? /^-?(0|[1-9]\d*)$/ : /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;
	return labelled(at, schema, input, () => {
		const text = input.value.trim();
		if (text === "") {
			return missing(at);
		}
		if (!form.test(text)) {
			throw new Error(`have ${text}, want ${at.kind === "integer" ? "a whole number, as 42" : "a number, as 4.2"}`);
		}
		return text; // as it was typed: numbers of a browser have 53 bits
	});
}

function tickField(schema, at) {
	const input = h("input", { type: "checkbox", id: at.id });
	input.dataset.path = at.path;
	const element = h("div", { class: "field" }, h("div", { class: "tick" }, input, h("label", { for: at.id }, at.name, " ", h("span", { class: "hint" }, hintOf(schema)))));
	return { element, input, clear() {}, wrong() {}, read: () => (input.checked || at.required ? String(input.checked) : undefined) };
}

function choiceField(schema, at) {
	const input = h("select", {}, at.required ? null : h("option", { value: "" }, "–"), ...schema.enum.map((value) => h("option", { value: JSON.stringify(value) }, String(value))));
	return labelled(at, schema, input, () => input.value || undefined);
}

function secretField(schema, at) {
	const input = h("input", { type: "password", autocomplete: "new-password", spellcheck: "false" });
	return labelled(at, { ...schema, description: "not shown, and forgotten after the call" }, input, () => {
		if (input.value === "") {
			return at.kind === "string" && at.required ? '""' : missing(at);
		}
		return at.kind === "string" ? JSON.stringify(input.value) : checked(input.value);
	});
}

function jsonField(schema, at) {
	const input = h("textarea", { rows: 3, spellcheck: "false", placeholder: at.kind === "array" ? "[ ]" : "JSON" });
	return labelled(at, schema, input, () => (input.value.trim() === "" ? missing(at) : checked(input.value)));
}

// checked returns a text that is JSON.
export function checked(text) {
	try {
		JSON.parse(text);
	} catch (error) {
		throw new Error(`that is no JSON: ${error.message}. Text is written in quotes, as "world"`);
	}
	return text.trim();
}

function groupField(schema, at) {
	const parts = membersOf(schema, at);
	const element = h("fieldset", { class: "field" }, h("legend", { class: "label" }, at.name, at.required ? "" : h("span", { class: "hint" }, " optional")), h("div", { class: "group" }, ...parts.map(([, part]) => part.element)));
	return { element, clear: () => parts.forEach(([, part]) => part.clear()), wrong() {}, read: () => readMembers(parts, at.required) };
}

// membersOf makes a field for each property.
export function membersOf(schema, at, names = Object.keys(schema.properties)) {
	const required = new Set(schema.required || []);
	return names.map((name) => [name, fieldOf(schema.properties[name], { ...at, name, required: required.has(name), path: at.path ? `${at.path}.${name}` : name, depth: at.depth + 1 })]);
}

// readMembers returns an object; undefined where nothing is filled in that need not be.
export function readMembers(parts, required) {
	if (!required && parts.every(([, part]) => untouched(part))) {
		return undefined;
	}
	const members = parts.map(([name, part]) => [name, part.read()]).filter(([, text]) => text !== undefined);
	return members.length || required ? `{${members.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(",")}}` : undefined;
}

function untouched(part) {
	return [...part.element.querySelectorAll("input, textarea, select")].every((input) => (input.type === "checkbox" ? !input.checked : input.tagName === "SELECT" ? input.selectedIndex === 0 : input.value === ""));
}

function listField(schema, at) {
	const items = [];
	const list = h("div");
	const add = () => {
		const part = fieldOf(schema.items, { ...at, name: `${at.name} ${items.length + 1}`, required: true, depth: at.depth + 1 });
		const row = h("div", { class: "item" }, part.element, h("button", { type: "button", class: "quiet", "aria-label": `Remove from ${at.name}`, onclick: () => { items.splice(items.indexOf(part), 1); row.remove(); } }, "✕"));
		items.push(part);
		list.append(row);
		part.element.querySelector("input, textarea, select")?.focus();
	};
	const element = h("fieldset", { class: "field" }, h("legend", { class: "label" }, at.name, at.required ? "" : h("span", { class: "hint" }, " optional"), h("span", { class: "hint" }, "  list")), list,
		h("button", { type: "button", class: "small", onclick: add }, "Add one"));
	return { element, clear: () => items.forEach((part) => part.clear()), wrong() {}, read: () => (items.length || at.required ? `[${items.map((part) => part.read()).join(",")}]` : undefined) };
}
