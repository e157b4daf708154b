const token = document.querySelector("meta[name=token]").content;

export const readOnly = document.body.dataset.readOnly === "true";
export const where = { broker: document.body.dataset.broker, namespace: document.body.dataset.namespace };

// ask gets what the dash knows. What it refuses is an Error with its words.
export async function ask(path, signal) {
	return told(fetch(path, { signal, headers: { Accept: "application/json" } }));
}

// tell sends a document, given as text.
export async function tell(path, text, signal) {
	return told(fetch(path, { method: "POST", body: text, signal, headers: { "Content-Type": "application/json", "X-Dash-Token": token } }));
}

async function told(request) {
	let answer;
	try {
		answer = await request;
	} catch (error) {
		if (error.name === "AbortError") {
			throw error;
		}
		throw new Error("svc dash does not answer; is it still running?");
	}
	const body = await answer.json().catch(() => ({}));
	if (!answer.ok) {
		throw new Error(body.error?.message || `svc dash answers ${answer.status}`);
	}
	return body;
}
