import { fieldOf, membersOf, readMembers } from "./form.js";
import { h } from "./dom.js";

// argumentsOf makes the fields of a method. Its read returns what a call is sent with,
// as JSON: {named: …}, {positional: …} or nothing.
export function argumentsOf(method) {
	const schema = method.input;
	if (schema === undefined) {
		return { element: h("p", { class: "muted" }, "It takes no arguments."), read: () => ({}), clear() {}, skeleton: "" };
	}
	const at = { root: schema, sensitive: method.sensitive || [], depth: 0, path: "", required: true };
	const made = Array.isArray(schema?.prefixItems) ? several(schema, method, at) : single(schema, method, at);
	made.element = h("div", { class: "fields" }, ...made.elements);
	return made;
}

function several(schema, method, at) {
	const names = namesOf(schema, method);
	if (names) {
		const parts = membersOf(schema, at, names);
		return {
			elements: parts.map(([, part]) => part.element), clear: () => parts.forEach(([, part]) => part.clear()),
			read: () => ({ named: readMembers(parts, true) }), skeleton: `{${names.map((name) => `${JSON.stringify(name)}: ${empty(schema.properties[name])}`).join(", ")}}`,
		};
	}
	const parts = schema.prefixItems.map((item, i) => fieldOf(item, { ...at, name: `argument ${i + 1}`, path: `argument ${i + 1}`, required: i < (schema.minItems ?? schema.prefixItems.length), depth: 1 }));
	return {
		elements: parts.map((part) => part.element), clear: () => parts.forEach((part) => part.clear()),
		read: () => ({ positional: `[${trimmed(parts.map((part) => part.read())).join(",")}]` }), skeleton: `[${schema.prefixItems.map(empty).join(", ")}]`,
	};
}

// namesOf returns the names of several parameters in their order, where they have any.
function namesOf(schema, method) {
	const names = method.params || schema.prefixItems.map((item) => /^#\/properties\/(.+)$/.exec(item?.$ref || "")?.[1]);
	return schema.properties && names.every((name) => name && schema.properties[name] !== undefined) ? names : null;
}

function trimmed(texts) {
	while (texts.length && texts.at(-1) === undefined) {
		texts.pop();
	}
	return texts.map((text) => text ?? "null");
}

function single(schema, method, at) {
	if (schema && schema.type === "object" && schema.properties) {
		const parts = membersOf(schema, at);
		const names = Object.keys(schema.properties);
		return {
			elements: parts.length ? parts.map(([, part]) => part.element) : [h("p", { class: "muted" }, "It takes an empty object.")], clear: () => parts.forEach(([, part]) => part.clear()),
			read: () => ({ positional: `[${readMembers(parts, true)}]` }), skeleton: `{${names.map((name) => `${JSON.stringify(name)}: ${empty(schema.properties[name])}`).join(", ")}}`,
		};
	}
	const name = schema?.title || method.params?.[0] || "argument";
	const part = fieldOf(schema, { ...at, name, path: name, depth: 0 });
	return { elements: [part.element], clear: () => part.clear(), read: () => ({ positional: `[${part.read() ?? "null"}]` }), skeleton: empty(schema) };
}

// empty is what a value may look like, for who types JSON.
function empty(schema) {
	const type = [].concat(schema?.type ?? []).find((one) => one !== "null");
	return { string: '""', integer: "0", number: "0", boolean: "false", array: "[]", object: "{}" }[type] ?? "null";
}
