// layout places services in layers, those that call left of those that are called. It
// takes names and edges {from, to} and returns where each name is, and by which points
// each edge goes, in steps: [layer, place in the layer].

export function layout(names, edges) {
	const forward = acyclic(names, edges.filter((edge) => edge.from !== edge.to));
	const rank = ranks(names, forward);
	const layers = [];
	const put = (node, at) => (layers[at] ||= []).push(node);
	names.forEach((name) => put(name, rank.get(name)));
	const chains = forward.map((edge, i) => {
		const chain = [edge.a];
		for (let at = rank.get(edge.a) + 1; at < rank.get(edge.b); at++) {
			const bend = `\u0000${i}/${at}`; // no name of a service
			put(bend, at);
			chain.push(bend);
		}
		return { edge, chain: [...chain, edge.b] };
	});
	order(layers, chains);
	const places = new Map();
	const tallest = Math.max(1, ...layers.map((layer) => layer.length));
	layers.forEach((layer, at) => layer.forEach((node, i) => places.set(node, [at, i + (tallest - layer.length) / 2])));
	const points = new Map(chains.map(({ edge, chain }) => {
		const path = chain.map((node) => places.get(node));
		return [edge.edge, edge.turned ? path.reverse() : path];
	}));
	return { places, points, width: layers.length, height: tallest };
}

// acyclic turns edges round that would lead back.
function acyclic(names, edges) {
	const state = new Map(), turned = new Set();
	const out = new Map(names.map((name) => [name, edges.filter((edge) => edge.from === name)]));
	const visit = (name) => {
		state.set(name, "open");
		for (const edge of out.get(name)) {
			if (state.get(edge.to) === "open") {
				turned.add(edge);
			} else if (!state.has(edge.to)) {
				visit(edge.to);
			}
		}
		state.set(name, "done");
	};
	const called = new Set(edges.map((edge) => edge.to));
	[...names.filter((name) => !called.has(name)), ...names].forEach((name) => state.has(name) || visit(name));
	return edges.map((edge) => (turned.has(edge) ? { edge, a: edge.to, b: edge.from, turned: true } : { edge, a: edge.from, b: edge.to, turned: false }));
}

// ranks returns the layer of each name: the longest way to it.
function ranks(names, edges) {
	const rank = new Map(names.map((name) => [name, 0]));
	for (let round = 0, moved = true; moved && round <= names.length; round++) {
		moved = false;
		for (const { a, b } of edges) {
			if (rank.get(b) <= rank.get(a)) {
				rank.set(b, rank.get(a) + 1);
				moved = true;
			}
		}
	}
	return rank;
}

// order sorts each layer by where its neighbours are, back and forth, so that few edges
// cross.
function order(layers, chains) {
	const near = new Map();
	const join = (a, b) => near.set(a, [...(near.get(a) || []), b]);
	chains.forEach(({ chain }) => chain.slice(1).forEach((node, i) => { join(node, chain[i]); join(chain[i], node); }));
	for (let sweep = 0; sweep < 6; sweep++) {
		const at = new Map();
		layers.forEach((layer) => layer.forEach((node, i) => at.set(node, i / layer.length)));
		for (const layer of sweep % 2 ? layers.toReversed() : layers) {
			const weight = new Map(layer.map((node) => {
				const all = near.get(node) || [];
				return [node, all.length ? all.reduce((sum, other) => sum + at.get(other), 0) / all.length : at.get(node)];
			}));
			layer.sort((a, b) => weight.get(a) - weight.get(b) || (a < b ? -1 : 1));
			layer.forEach((node, i) => at.set(node, i / layer.length));
		}
	}
}
