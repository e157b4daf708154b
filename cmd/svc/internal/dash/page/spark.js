import { s } from "./dom.js";

const width = 100, height = 22, longest = 60;

// A sparkline of the past; others say the same in words.
export class Spark {
	constructor({ error = false, which = 0 } = {}) {
		this.which = which;
		this.area = s("path", { class: "area" });
		this.line = s("path", {});
		this.errors = error ? s("path", { class: "error" }) : null;
		this.element = s("svg", { class: "spark", viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", "aria-hidden": "true" }, this.area, this.line, this.errors);
	}

	show(points = []) {
		const top = Math.max(1e-9, ...points.map((p) => p[this.which]));
		const line = trace(points, this.which, top);
		this.line.setAttribute("d", line);
		this.area.setAttribute("d", line && `${line} L${width} ${height} L${x(0, points.length)} ${height} Z`);
		this.errors?.setAttribute("d", points.some((p) => p[1] > 0) ? trace(points, 1, Math.max(top, ...points.map((p) => p[1]))) : "");
	}
}

// x is where a point is: the newest at the right.
function x(i, length) {
	return (width - ((length - 1 - i) * width) / (longest - 1)).toFixed(2);
}

function trace(points, which, top) {
	return points.map((p, i) => `${i ? "L" : "M"}${x(i, points.length)} ${(height - 1.5 - (p[which] / top) * (height - 3)).toFixed(2)}`).join(" ");
}

// meter is a bar that is filled by a part.
export class Meter {
	constructor() {
		this.bar = s("rect", { width: 0, height: 6 });
		this.element = s("svg", { class: "meter", viewBox: "0 0 100 6", preserveAspectRatio: "none", width: "100%", "aria-hidden": "true" }, this.bar);
	}

	show(part) {
		this.bar.setAttribute("width", String(Math.round(100 * Math.min(1, Math.max(0, part || 0)))));
		this.element.classList.toggle("full", part >= 1);
	}
}
