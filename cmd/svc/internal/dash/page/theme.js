"use strict";
// Before the first paint, so that a page in the dark does not flash.
(() => {
	let chosen = "";
	try {
		chosen = localStorage.getItem("dash-theme") || "";
	} catch { /* nothing is kept where the browser forbids it */ }
	if (chosen === "light" || chosen === "dark") {
		document.documentElement.dataset.theme = chosen;
	}
})();
