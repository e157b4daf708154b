import { connect } from "/svc/client.js";

const server = connect("/ws");
const $ = (id) => document.getElementById(id);
let here = null; // {room, name} while in a room, or on the way there

/** attempt shows what went wrong, and says whether all went well. */
async function attempt(call) {
  $("problem").hidden = true;
  try {
    await call;
    return true;
  } catch (error) {
    $("problem").textContent = error.message;
    $("problem").hidden = false;
    return false;
  }
}

// After a loss the server sees a new socket, which is in no room.
server.onstate = (state) => {
  $("state").textContent = $("state").dataset.state = state;
  if (state === "open" && !$("inside").hidden) attempt(server.call("join", here));
};

server.on("said", (line) => add("said", line, line.text));
server.on("joined", (line) => add("news", line, "has joined"));
server.on("left", (line) => add("news", line, "has left"));

function add(kind, { name, at }, text) {
  const time = new Date(at);
  const item = document.createElement("li");
  item.className = name === here?.name ? `${kind} mine` : kind;
  item.append(piece("b", name), piece("span", text), piece("time", time.toLocaleTimeString([], { timeStyle: "short" })));
  item.lastChild.dateTime = time.toISOString();
  $("lines").append(item);
  if ($("lines").childElementCount > 500) $("lines").firstChild.remove();
  item.scrollIntoView({ block: "end" });
}

/** piece makes an element with a text; what people write is never taken for HTML. */
function piece(tag, text) {
  const element = document.createElement(tag);
  element.textContent = text;
  return element;
}

function show(inside) {
  $("door").hidden = inside;
  $("inside").hidden = !inside;
}

$("door").addEventListener("submit", async (event) => {
  event.preventDefault();
  const { name, room } = Object.fromEntries(new FormData(event.target));
  const place = { name: name.trim(), room: room.trim() };
  here = place; // before the answer: the event that one has joined may be quicker
  $("room").textContent = place.room;
  $("lines").replaceChildren();
  if (await attempt(server.call("join", place))) {
    show(true);
    $("talk").text.focus();
  } else {
    here = null;
  }
});

$("talk").addEventListener("submit", async (event) => {
  event.preventDefault();
  const input = event.target.text;
  const text = input.value;
  input.value = "";
  if (!(await attempt(server.call("say", { room: here.room, text })))) input.value ||= text;
});

$("leave").addEventListener("click", async () => {
  const { room } = here;
  here = null;
  show(false);
  await attempt(server.call("leave", { room }));
});
