// Putting tubes away: scan a rack, then tubes, which fill its positions in order; a position typed before a tube is taken instead.
// A tube scanned without a rack tells where it lies; with "take out" pressed it leaves its position.
import { codeElement, understand } from "../codes.js";
import { scanField } from "../scan_field.js";
import { ask, post } from "../send.js";
import { uuid7 } from "../uuid7.js";
import { told, words } from "../words.js";
import { tell } from "./log.js";

const at = (id) => document.getElementById(id);
const screen = told("screen");
const POSITION = /^\s*([A-Za-z])\s*0*([1-9][0-9]?)\s*$/;
const RETRY = 3000; // ms
let rack = null;
let wanted = null; // the position that was typed
let taking = false; // whether scanned tubes leave their positions
let queue = Promise.resolve(); // one scan or press after another, in their order

const size = () => rack.rows * rack.columns;

function next() {
  for (let place = 0; place < size(); place += 1) {
    const position = `${String.fromCharCode(65 + Math.floor(place / rack.columns))}${(place % rack.columns) + 1}`;
    if (!(position in rack.positions)) return position;
  }
  return null;
}

function scanned(text) {
  queue = queue.then(() => answered(text));
}

async function answered(text) {
  const typed = POSITION.exec(text);
  if (typed && rack) {
    wanted = `${typed[1].toUpperCase()}${Number(typed[2])}`;
    draw();
    return tell("position", { position: wanted }, "ok");
  }
  const { code, kind, fault } = understand(text, screen.formats);
  if (kind && fault) return tell("misread", { code }, "wrong");
  if (kind === "place") return open(code);
  if (kind && kind !== "tube") return tell("neither", { code }, "wrong");
  if (taking) return takeOut(code);
  return rack ? putAway(code) : find(code);
}

async function open(code) {
  const { ok, answer, sentence } = await ask(`/testing/api/racks/${encodeURIComponent(code)}`);
  if (!ok) return tell(sentence, {}, "wrong");
  rack = answer;
  wanted = null;
  taking = false;
  at("out").setAttribute("aria-pressed", "false");
  tell("rack", { rack: code, place: rack.place, free: size() - Object.keys(rack.positions).length }, "ok");
  return draw();
}

/** A message sent until the server answers: a scan is not lost with the network. */
async function sent(address, message) {
  for (;;) {
    const told = await post(address, message);
    if (told.ok || told.kind === "refused" || told.kind === "signed_out") return told;
    tell(told.sentence, {}, "wrong");
    await new Promise((resolve) => setTimeout(resolve, RETRY));
  }
}

async function putAway(code) {
  const message = { id: uuid7(), tubes: [code] };
  if (wanted) message.position = wanted;
  const { ok, answer, sentence } = await sent(`/testing/api/racks/${encodeURIComponent(rack.barcode)}/tubes`, message);
  if (!ok) return tell(sentence, {}, "wrong");
  rack = answer;
  wanted = null;
  tell("stored", { code, position: answer.placed[code] }, next() ? "ok" : "full");
  return draw();
}

async function takeOut(code) {
  const message = { id: uuid7(), lab: screen.lab, tubes: [code] };
  const { ok, sentence } = await sent("/testing/api/stored/take-out", message);
  return ok ? tell("out", { code }, "ok") : tell(sentence, {}, "wrong");
}

async function find(code) {
  const { ok, answer, sentence } = await ask(`/testing/api/stored/${encodeURIComponent(code)}`);
  if (!ok) return tell(sentence, {}, "wrong");
  return answer.rack ? tell("lies", { ...answer, code }, "ok") : tell("nowhere", { code }, "again");
}

function draw() {
  at("current").hidden = rack === null;
  if (!rack) {
    at("asks").textContent = words(taking ? "ask_out" : "ask_any");
    return;
  }
  const position = wanted ?? next();
  at("asks").textContent = position ? words("ask_tube", { position }) : words("ask_full");
  at("place").textContent = rack.place;
  at("rack").replaceChildren(codeElement(rack.barcode));
  at("count").textContent = words("count", { used: Object.keys(rack.positions).length, size: size() });
}

/** No rack from now on; tubes that were scanned before the press still go into the one that was open. */
function leaveRack(out) {
  taking = out;
  at("out").setAttribute("aria-pressed", String(out));
  rack = null;
  draw();
}

at("done").addEventListener("click", () => {
  queue = queue.then(() => leaveRack(taking));
  at("scan").focus();
});
at("out").addEventListener("click", () => {
  const out = at("out").getAttribute("aria-pressed") !== "true";
  at("out").setAttribute("aria-pressed", String(out));
  queue = queue.then(() => leaveRack(out));
  at("scan").focus();
});
scanField(at("scan"), at("keyboard"), scanned);
