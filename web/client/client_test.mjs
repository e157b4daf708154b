// Run by client_test.go. Each test has a server in its hands: the other ends of the
// sockets that the client makes. Time is the test's.

import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { beforeEach, mock, test } from "node:test";
import { SvcError, connect } from "./enoki.js";

/** A websocket without a network; the methods that begin with server are its other end. */
class FakeSocket {
  static made = [];
  sent = [];
  closed = null; // the code that the client has closed it with

  constructor(url, protocols) {
    Object.assign(this, { url, protocols });
    FakeSocket.made.push(this);
  }
  send(text) { this.sent.push(JSON.parse(text)); }
  close(code) { this.closed = code; }

  serverSends(frame) { this.onmessage({ data: typeof frame === "string" ? frame : JSON.stringify(frame) }); }
  serverAccepts(id = "s1") { this.serverSends({ type: "connected", socket_id: id }); }
  serverCloses(code, reason = "") { this.onclose({ code, reason }); }
  serverAnswers(index, data) { this.serverSends({ type: "result", correlation_id: this.sent[index].correlation_id, data }); }
}

const url = "ws://server.test/ws";
const start = (options) => connect(url, { WebSocket: FakeSocket, ...options });
const latest = () => FakeSocket.made.at(-1);

/** started is a client with its connection. */
function started(options) {
  const client = start(options);
  latest().serverAccepts();
  return [client, latest()];
}

/** error waits for the rejection of a call. */
const error = (call) => call.then((data) => assert.fail(`have the result ${data}, want an error`), (e) => e);

/** pending says that no outcome has come, after all that is due now. */
async function pending(call) {
  const nothing = Symbol();
  assert.equal(await Promise.race([call, new Promise((resolve) => setImmediate(resolve, nothing))]), nothing);
}

/** states notes the states that a client tells. */
function states(client) {
  const told = [];
  client.onstate = (state) => told.push(state);
  return told;
}

beforeEach(() => {
  FakeSocket.made = [];
  mock.restoreAll();
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1e12 });
  mock.method(Math, "random", () => 0.999999);
});

test("a call is sent with its method, its data and an id, and resolves with the result", async () => {
  const [client, socket] = started();
  const call = client.call("say", { text: "Hello" });
  assert.deepEqual(socket.sent, [{ method: "say", data: { text: "Hello" }, correlation_id: socket.sent[0].correlation_id }]);
  socket.serverAnswers(0, { ok: true });
  assert.deepEqual(await call, { ok: true });
});

test("answers in any order reach their calls", async () => {
  const [client, socket] = started();
  const calls = ["a", "b", "c"].map((method) => client.call(method));
  for (const i of [2, 0, 1]) socket.serverAnswers(i, `answer to ${socket.sent[i].method}`);
  assert.deepEqual(await Promise.all(calls), ["answer to a", "answer to b", "answer to c"]);
});

test("an error keeps its code, name, message and call id", async () => {
  const [client, socket] = started();
  const call = client.call("buy");
  socket.serverSends({
    type: "error", correlation_id: socket.sent[0].correlation_id,
    error: { code: "conflict", name: "stock.sold_out", message: "sold out", call_id: "c7" },
  });
  const { constructor, code, name, message, callId } = await error(call);
  assert.deepEqual({ constructor, code, name, message, callId },
    { constructor: SvcError, code: "conflict", name: "stock.sold_out", message: "sold out", callId: "c7" });
});

test("an error without a name is an SvcError by name, and internal without a code", async () => {
  const [client, socket] = started();
  const call = client.call("buy");
  socket.serverSends({ type: "error", correlation_id: socket.sent[0].correlation_id });
  const { code, name, callId } = await error(call);
  assert.deepEqual({ code, name, callId }, { code: "internal", name: "SvcError", callId: "" });
});

test("listeners get the data and the channel of their event until they end it", () => {
  const [client, socket] = started();
  const heard = [];
  const end = client.on("said", (data, { channel }) => heard.push(["first", data, channel]));
  client.on("said", (data, { channel }) => heard.push(["second", data, channel]));
  socket.serverSends({ type: "event", event: "said", channel: "lobby", data: "hi" });
  socket.serverSends({ type: "event", event: "other", channel: "lobby", data: "no" });
  end();
  end();
  socket.serverSends({ type: "event", event: "said", data: "bye" });
  assert.deepEqual(heard, [["first", "hi", "lobby"], ["second", "hi", "lobby"], ["second", "bye", ""]]);
});

test("a listener that throws hides the event from no other", () => {
  const [client, socket] = started();
  const thrown = [];
  mock.method(globalThis, "queueMicrotask", (f) => thrown.push(f));
  const heard = [];
  client.on("said", () => { throw new Error("mine"); });
  client.on("said", (data) => heard.push(data));
  socket.serverSends({ type: "event", event: "said", data: "hi" });
  assert.deepEqual(heard, ["hi"]);
  assert.throws(thrown[0], /mine/);
});

test("the id is the server's, and none without a connection", () => {
  const client = start();
  assert.equal(client.id, "");
  latest().serverAccepts("s42");
  assert.equal(client.id, "s42");
  latest().serverCloses(1006);
  assert.equal(client.id, "");
});

test("a call that is made while connecting waits, and is sent in its turn", async () => {
  const client = start();
  const calls = [client.call("first"), client.call("second")];
  assert.deepEqual(latest().sent, []);
  latest().serverAccepts();
  assert.deepEqual(latest().sent.map((f) => f.method), ["first", "second"]);
  latest().serverAnswers(0, 1);
  latest().serverAnswers(1, 2);
  assert.deepEqual(await Promise.all(calls), [1, 2]);
});

test("what onstate calls when open goes before the calls that have waited", () => {
  const client = start();
  client.call("say");
  client.onstate = (state) => state === "open" && client.call("join");
  latest().serverAccepts();
  assert.deepEqual(latest().sent.map((f) => f.method), ["join", "say"]);
});

test("a call that was sent when the connection is lost is unavailable, and not sent again", async () => {
  const [client, socket] = started();
  const call = error(client.call("pay"));
  socket.serverCloses(1006);
  const { code, message } = await call;
  assert.equal(code, "unavailable");
  assert.match(message, /^pay: .*1006/);
  mock.timers.tick(500);
  latest().serverAccepts();
  assert.equal(FakeSocket.made.length, 2);
  assert.deepEqual(latest().sent, []);
});

test("a call that was not sent when the connection is lost waits for the next", async () => {
  const client = start();
  const call = client.call("say");
  latest().serverCloses(1006);
  await pending(call);
  mock.timers.tick(500);
  latest().serverAccepts();
  latest().serverAnswers(0, "said");
  assert.equal(await call, "said");
});

test("it connects again after a delay that doubles up to 15 s, with jitter", () => {
  start();
  const delays = [];
  for (let attempt = 0; attempt < 8; attempt++) {
    latest().serverCloses(1006);
    const made = FakeSocket.made.length;
    const began = Date.now();
    while (FakeSocket.made.length === made) mock.timers.tick(50);
    delays.push(Date.now() - began);
  }
  assert.deepEqual(delays, [500, 1000, 2000, 4000, 8000, 15000, 15000, 15000]);
  mock.method(Math, "random", () => 0.1);
  latest().serverCloses(1006);
  mock.timers.tick(1500);
  assert.equal(FakeSocket.made.length, 10);
});

test("the delays begin anew after a connection that lasted, and only then", () => {
  start();
  const again = (lasted, within) => {
    latest().serverAccepts();
    mock.timers.tick(lasted);
    const made = FakeSocket.made.length;
    latest().serverCloses(1013);
    mock.timers.tick(within - 1);
    assert.equal(FakeSocket.made.length, made);
    mock.timers.tick(1);
    assert.equal(FakeSocket.made.length, made + 1);
  };
  again(100, 500);
  again(100, 1000);
  again(5000, 500);
});

for (const code of [1008, 4000, 4401, 4999]) {
  test(`the close code ${code} is for good`, async () => {
    const [client, socket] = started();
    const told = states(client);
    const call = error(client.call("say"));
    socket.serverCloses(code, "go away");
    assert.match((await call).message, new RegExp(`${code}, go away`));
    assert.deepEqual(told, ["closed"]);
    mock.timers.tick(100_000);
    assert.equal(FakeSocket.made.length, 1);
    assert.equal((await error(client.call("say"))).code, "unavailable");
  });
}

for (const code of [1000, 1001, 1006, 1011, 1013]) {
  test(`the close code ${code} is not for good`, () => {
    started()[1].serverCloses(code);
    mock.timers.tick(500);
    assert.equal(FakeSocket.made.length, 2);
  });
}

test("with reconnect: false the first loss is for good, also for calls that wait", async () => {
  const client = start({ reconnect: false });
  const call = error(client.call("say"));
  latest().serverCloses(1006);
  assert.equal((await call).code, "unavailable");
  assert.equal(client.state, "closed");
  mock.timers.tick(100_000);
  assert.equal(FakeSocket.made.length, 1);
});

test("close ends the connection for good and rejects what has no answer", async () => {
  const [client, socket] = started();
  const told = states(client);
  const call = error(client.call("say"));
  client.close();
  client.close();
  assert.equal(socket.closed, 1000);
  assert.equal((await call).code, "unavailable");
  socket.serverCloses(1000);
  mock.timers.tick(100_000);
  assert.equal(FakeSocket.made.length, 1);
  assert.deepEqual(told, ["closed"]);
});

test("close ends the delay before the next attempt", () => {
  const [client, socket] = started();
  socket.serverCloses(1006);
  client.close();
  mock.timers.tick(100_000);
  assert.equal(FakeSocket.made.length, 1);
});

test("close within onstate leaves no socket behind", () => {
  const [client, socket] = started();
  client.onstate = (state) => state === "connecting" && client.close();
  socket.serverCloses(1006);
  mock.timers.tick(500);
  assert.equal(latest().closed, 1000);
  assert.equal(client.state, "closed");
});

test("onstate is told each state, with the code and the reason of the loss", () => {
  const client = start();
  const told = [];
  client.onstate = (state, about) => told.push([state, about]);
  assert.equal(client.state, "connecting");
  latest().serverAccepts();
  latest().serverCloses(1001, "stopping");
  mock.timers.tick(500);
  latest().serverAccepts();
  assert.deepEqual(told, [
    ["open", {}], ["waiting", { code: 1001, reason: "stopping", error: undefined }], ["connecting", {}], ["open", {}],
  ]);
});

test("onstate is told the error with which the service did not take the connection", async () => {
  const [client, socket] = started();
  const told = [];
  client.onstate = (state, { error }) => told.push([state, error?.message]);
  const late = error(client.call("slow", null, { timeout: 70 }));
  mock.timers.tick(70);
  await late;
  socket.serverSends({ type: "error", error: { code: "denied", message: "closed today" } });
  socket.serverSends({ type: "error", correlation_id: "1", error: { message: "of a call" } });
  socket.serverCloses(1011);
  mock.timers.tick(500);
  latest().serverCloses(1008);
  assert.deepEqual(told, [["waiting", "closed today"], ["connecting", undefined], ["closed", undefined]]);
});

test("a call times out after its own timeout, or that of the client, which the error names", async () => {
  const [client, socket] = started({ timeout: 2000 });
  const calls = [client.call("slow"), client.call("slow", null, { timeout: 70 })];
  const errors = calls.map(error);
  mock.timers.tick(70);
  await pending(calls[0]);
  const { code, message } = await errors[1];
  assert.equal(code, "timeout");
  assert.match(message, /^slow: .*70 ms.*timeout/);
  mock.timers.tick(1930);
  assert.equal((await errors[0]).code, "timeout");
  socket.serverAnswers(0, "late"); // comes to nobody, and does no harm
  assert.equal(client.state, "open");
});

test("a call that waits for the connection times out too, and is then not sent", async () => {
  const client = start();
  const call = error(client.call("say", null, { timeout: 70 }));
  mock.timers.tick(70);
  assert.equal((await call).code, "timeout");
  latest().serverAccepts();
  assert.deepEqual(latest().sent, []);
});

for (const timeout of [0, Infinity]) {
  test(`with timeout: ${timeout} a call waits without end`, async () => {
    const [client] = started({ timeout });
    const call = client.call("slow");
    mock.timers.tick(1e9);
    await pending(call);
  });
}

test("a signal gives a call up, before and after it was sent", async () => {
  const [client, socket] = started();
  const controller = new AbortController();
  const call = error(client.call("slow", null, { signal: controller.signal }));
  controller.abort("the user left");
  const { code, cause } = await call;
  assert.deepEqual({ code, cause }, { code: "canceled", cause: "the user left" });
  assert.equal((await error(client.call("slow", null, { signal: controller.signal }))).code, "canceled");
  assert.equal(socket.sent.length, 1);
});

test("an answered call leaves no timer and no listener behind", async () => {
  const [client, socket] = started({ timeout: 0 });
  const made = mock.method(globalThis, "setTimeout").mock;
  const cleared = mock.method(globalThis, "clearTimeout").mock;
  const { signal } = new AbortController();
  const call = client.call("say", null, { signal, timeout: 70 });
  assert.equal(getEventListeners(signal, "abort").length, 1);
  socket.serverAnswers(0);
  await call;
  assert.deepEqual(cleared.calls[0].arguments, [made.calls[0].result]);
  assert.equal(getEventListeners(signal, "abort").length, 0);
});

test("a server that does not greet within the timeout is left, and tried again", () => {
  const client = start({ timeout: 3000 });
  const first = latest();
  mock.timers.tick(2999);
  assert.equal(first.closed, null);
  mock.timers.tick(1);
  assert.equal(first.closed, 1000);
  mock.timers.tick(500);
  assert.equal(FakeSocket.made.length, 2);
  first.serverAccepts("late"); // its socket is no longer ours
  first.serverCloses(1006);
  mock.timers.tick(1000);
  assert.equal(client.state, "connecting");
  assert.equal(FakeSocket.made.length, 2);
});

test("a connection lasts longer than the timeout", () => {
  const [client] = started({ timeout: 3000 });
  mock.timers.tick(100_000);
  assert.equal(client.state, "open");
});

test("what is no JSON ends the connection for good", () => {
  const [client, socket] = started();
  let about;
  client.onstate = (_, why) => { about = why; };
  socket.serverSends("<html>");
  assert.equal(socket.closed, 4002);
  assert.equal(client.state, "closed");
  assert.match(about.reason, /no JSON/);
});

for (const frame of ["null", "7", "[]", '{"type":"news"}', '{"type":"result","correlation_id":"999"}', '{"type":"event"}']) {
  test(`the frame ${frame} does no harm`, async () => {
    const [client, socket] = started();
    socket.serverSends(frame);
    const call = client.call("say");
    socket.serverAnswers(0, "said");
    assert.equal(await call, "said");
  });
}

test("an address of HTTP, or one relative to the page, becomes one of websockets", () => {
  connect("https://server.test/ws", { WebSocket: FakeSocket });
  assert.equal(latest().url, "wss://server.test/ws");
  globalThis.location = { href: "http://page.test:8000/chat/index.html?x=1" };
  connect("/ws", { WebSocket: FakeSocket, protocols: ["token", "abc"] });
  delete globalThis.location;
  assert.equal(latest().url, "ws://page.test:8000/ws");
  assert.deepEqual(latest().protocols, ["token", "abc"]);
});

test("without a WebSocket, and with a wrong address, connect throws", () => {
  assert.throws(() => connect(url, { WebSocket: null }), /pass one/);
  assert.throws(() => connect("no address", { WebSocket: FakeSocket }), TypeError);
});
