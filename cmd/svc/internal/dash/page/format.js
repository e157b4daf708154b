// rate writes what happens in a second.
export function rate(n) {
	if (!(n > 0)) {
		return "0";
	}
	if (n < 0.1) {
		return "<0.1";
	}
	return n < 100 ? n.toFixed(1) : count(Math.round(n));
}

// count writes a number, short.
export function count(n) {
	const units = ["", "k", "M", "G", "T"];
	let unit = 0;
	while (n >= 10000 && unit < units.length - 1) {
		n /= 1000;
		unit++;
	}
	if (unit === 0) {
		return n >= 1000 ? `${Math.trunc(n / 1000)}\u202f${String(Math.trunc(n) % 1000).padStart(3, "0")}` : String(n);
	}
	return n.toFixed(n < 100 ? 1 : 0) + units[unit];
}

// duration writes milliseconds, "–" for what is not known.
export function duration(ms) {
	if (!(ms > 0)) {
		return "–";
	}
	if (ms < 1) {
		return `${Math.max(ms, 0.01).toFixed(2)} ms`;
	}
	if (ms < 1000) {
		return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
	}
	return ms < 60000 ? `${(ms / 1000).toFixed(ms < 10000 ? 1 : 0)} s` : `${Math.floor(ms / 60000)} min`;
}

// age writes how long ago a time is.
export function age(text, now = Date.now()) {
	const seconds = Math.max(0, Math.round((now - Date.parse(text)) / 1000));
	if (Number.isNaN(seconds) || Date.parse(text) < 0) {
		return "–";
	}
	for (const [unit, size] of [["d", 86400], ["h", 3600], ["min", 60]]) {
		if (seconds >= size) {
			return `${Math.floor(seconds / size)} ${unit}`;
		}
	}
	return `${seconds} s`;
}

// share writes errors among requests.
export function share(errors, requests) {
	if (!(errors > 0)) {
		return "0 %";
	}
	const percent = (100 * errors) / Math.max(requests, errors);
	return percent < 0.1 ? "<0.1 %" : `${percent.toFixed(percent < 10 ? 1 : 0)} %`;
}

// some writes how many there are of something.
export function some(n, one, many = `${one}s`) {
	return `${count(n)} ${n === 1 ? one : many}`;
}

// clock writes a time of the day, with the day where it is not today.
export function clock(text) {
	const time = new Date(text);
	if (Number.isNaN(time.valueOf()) || time.valueOf() < 0) {
		return "–";
	}
	const hours = time.toLocaleTimeString([], { hour12: false });
	return time.toDateString() === new Date().toDateString() ? hours : `${time.toISOString().slice(0, 10)} ${hours}`;
}
