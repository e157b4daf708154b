// @ts-check

/**
 * The client of Enoki's websockets, for browsers, and for Node with its own
 * WebSocket (22 and later) or one that is passed in.
 *
 *     import { connect } from "/svc/client.js";
 *     const server = connect("/ws");
 *     server.on("said", (line, { channel }) => console.log(channel, line));
 *     await server.call("say", { room: "lobby", text: "Hello" });
 *
 * @typedef {"connecting" | "open" | "waiting" | "closed"} State
 *   waiting is the delay before it connects again; closed is for good.
 * @typedef {object} Options
 * @property {string | string[]} [protocols] of the websocket; none
 * @property {boolean} [reconnect] whether to connect again; true
 * @property {number} [timeout] of calls and of connecting, in ms; 30000, 0 for none
 * @property {new (url: string, protocols?: any) => any} [WebSocket] globalThis.WebSocket
 */

const FIRST_DELAY = 500; // the most ms before it connects again; each attempt in vain doubles it …
const LAST_DELAY = 15_000; // … up to this
const SETTLED = 5_000; // ms after which a connection was not in vain

/** SvcError is what a call rejects with. */
export class SvcError extends Error {
  /** @param {any} error as the server sends it @param {any} [cause] */
  constructor({ code, name, message, call_id }, cause) {
    super(message, { cause });
    this.code = code || "internal"; // not_found, unavailable, timeout, canceled …
    this.name = name || "SvcError"; // that the service has declared the error with
    this.callId = call_id || ""; // of the call in the logs of the service
  }
}

/**
 * connect returns a client at once; the connection follows. A relative address is one
 * of the page's server. After a loss it connects again, unless the close code was 1008
 * or 4000 to 4999, by which a server sends it away. For the server it is a new socket
 * then, without the channels of the old one: join them again in onstate.
 * @param {string | URL} url
 * @param {Options} [options]
 */
export const connect = (url, options) => new Client(url, options);

class Client {
  /** @type {State} */ state = "connecting";
  id = ""; // that the server knows the socket by; "" while not connected
  /**
   * Told each new state, and why the connection was lost: error is that of a service
   * that did not take it. Of "open" it is told before waiting calls are sent.
   * @type {((state: State, about: {code?: number, reason?: string, error?: SvcError}) => void) | null}
   */
  onstate = null;

  /** @type {any} */ #socket = null;
  /** @type {any} */ #timer; // of connecting, or of the delay before it
  #options;
  #attempts = 0; // in vain, one after the other
  #since = 0; // when the connection was made
  #error; // of the connection, not of a call
  #calls = new Map(); // correlation id → {frame, sent, resolve, reject, refuse}
  #last = 0; // correlation id
  #listeners = new Map(); // event → Set of {listener}

  /** @param {string | URL} url @param {Options} [options] */
  constructor(url, { protocols = [], reconnect = true, timeout = 30_000, WebSocket = globalThis.WebSocket } = {}) {
    if (!WebSocket) throw new TypeError("no WebSocket here: pass one, as connect(url, {WebSocket})");
    const address = new URL(url, globalThis.location?.href);
    address.protocol = address.protocol.replace(/^http/, "ws");
    this.#options = { open: () => new WebSocket(address.href, protocols), reconnect, timeout };
    this.#connect();
  }

  /**
   * call sends a request and returns its result. Without a connection it waits for
   * one. If it was sent and the connection is lost, it rejects with the code
   * unavailable, whether or not the method has run: nothing is sent twice.
   * @param {string} method
   * @param {any} [data] the parameter, or an object or array of them
   * @param {{timeout?: number, signal?: AbortSignal}} [options] signal gives the call up
   * @returns {Promise<any>} rejects with an SvcError
   */
  call(method, data, { timeout = this.#options.timeout, signal } = {}) {
    return new Promise((resolve, reject) => {
      const id = String(++this.#last);
      const frame = JSON.stringify({ method, data, correlation_id: id });
      const end = (/** @type {Function} */ settle) => (/** @type {any} */ value) => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", abort);
        this.#calls.delete(id);
        settle(value);
      };
      const refuse = (/** @type {string} */ code, /** @type {string} */ why, /** @type {any} */ cause) =>
        call.reject(new SvcError({ code, message: `${method}: ${why}` }, cause));
      const call = { frame, sent: false, resolve: end(resolve), reject: end(reject), refuse };
      const abort = () => refuse("canceled", "given up", signal?.reason);
      const timer = after(timeout, () => refuse("timeout", `no answer within ${timeout} ms, the option timeout`));
      if (signal?.aborted) return abort();
      if (this.state === "closed") return refuse("unavailable", "the client is closed");
      signal?.addEventListener("abort", abort);
      this.#calls.set(id, call);
      if (this.state === "open") this.#send(call);
    });
  }

  /**
   * on listens to an event, on whatever channel it comes.
   * @param {string} event
   * @param {(data: any, about: {event: string, channel: string}) => void} listener
   * @returns {() => void} ends it
   */
  on(event, listener) {
    const entry = { listener };
    const all = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, all.add(entry));
    return () => void all.delete(entry);
  }

  /** close ends the connection for good; calls without an answer reject. */
  close() {
    this.#lose(1000, "closed by the client", false);
  }

  #connect() {
    const { open, timeout } = this.#options;
    const socket = (this.#socket = open());
    this.#error = undefined;
    this.#timer = after(timeout, () => this.#lose(1006, `none within ${timeout} ms, the option timeout`, true));
    socket.onmessage = (/** @type {any} */ e) => socket === this.#socket && this.#receive(e.data);
    socket.onclose = (/** @type {any} */ e) =>
      socket === this.#socket && this.#lose(e.code, e.reason, e.code !== 1008 && e.code < 4000);
    socket.onerror = () => {}; // onclose follows; npm's ws throws without a listener
  }

  #receive(/** @type {string} */ text) {
    let frame;
    try {
      frame = Object(JSON.parse(text));
    } catch {
      return this.#lose(4002, "the server has sent what is no JSON", false);
    }
    const call = this.#calls.get(frame.correlation_id);
    if (frame.type === "connected") this.#connected(frame.socket_id);
    else if (frame.type === "result") call?.resolve(frame.data);
    else if (frame.type === "error" && call) call.reject(new SvcError(frame.error ?? {}));
    else if (frame.type === "error" && !frame.correlation_id) this.#error = new SvcError(frame.error ?? {});
    else if (frame.type === "event") this.#tell(frame);
  }

  #connected(/** @type {string} */ id) {
    clearTimeout(this.#timer);
    this.#since = Date.now();
    this.id = id;
    this.#become("open");
    for (const call of this.#calls.values()) if (!call.sent) this.#send(call);
  }

  #send(/** @type {any} */ call) {
    call.sent = true;
    this.#socket.send(call.frame);
  }

  #tell(/** @type {any} */ { event, channel = "", data }) {
    for (const { listener } of [...(this.#listeners.get(event) ?? [])]) aside(() => listener(data, { event, channel }));
  }

  #lose(/** @type {number} */ code, /** @type {string} */ reason, /** @type {boolean} */ again) {
    if (this.state === "closed") return;
    const socket = this.#socket;
    this.#socket = null;
    socket?.close(code >= 4000 ? code : 1000);
    clearTimeout(this.#timer);
    if (this.state === "open" && Date.now() - this.#since >= SETTLED) this.#attempts = 0;
    again &&= this.#options.reconnect;
    const delay = Math.random() * Math.min(LAST_DELAY, FIRST_DELAY * 2 ** this.#attempts++);
    if (again) this.#timer = setTimeout(() => (this.#connect(), this.#become("connecting")), delay);
    this.id = "";
    this.#become(again ? "waiting" : "closed", { code, reason, error: this.#error });
    const why = `the connection is lost (${code}${reason && ", "}${reason})`;
    for (const call of [...this.#calls.values()]) if (call.sent || !again) call.refuse("unavailable", why);
  }

  #become(/** @type {State} */ state, about = {}) {
    this.state = state;
    aside(() => this.onstate?.(state, about));
  }
}

const after = (/** @type {number} */ ms, /** @type {() => void} */ f) => (ms > 0 && ms < Infinity ? setTimeout(f, ms) : 0);

/** aside runs a function of the page: what it throws goes to the console, not to us. */
function aside(/** @type {() => void} */ f) {
  try {
    f();
  } catch (error) {
    queueMicrotask(() => { throw error; });
  }
}
