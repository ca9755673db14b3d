// Receiving a box: each scan is sent at once; while the server is away scans wait here, and leaving the page is warned of.
import { codeElement, understand } from "../codes.js";
import { cameraBeside } from "../sampling/camera.js";
import { scanField } from "../scan_field.js";
import { post } from "../send.js";
import { signal } from "../signals.js";
import { uuid7 } from "../uuid7.js";
import { say, told, words } from "../words.js";

const at = (id) => document.getElementById(id);
const screen = told("screen");
const RETRY = 5000; // ms
const SCANS_SHOWN = 5;
const LISTS = ["elsewhere", "unregistered", "unexpected", "received"];
let box = null;
let seen = new Set();
let waiting = []; // messages not answered yet: {box, id, tubes, …}
let busy = false;

function tell(name, facts, kind) {
  const sentence = words(name, facts);
  const tone = kind === "ok" || kind === "full" ? "good" : "bad";
  say(sentence, tone);
  signal(kind);
  const line = at("log-row").content.firstElementChild.cloneNode(true);
  line.dataset.tone = tone;
  line.querySelector(".at").textContent = new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  line.querySelector(".what").textContent = sentence;
  at("log").prepend(line);
  while (at("log").children.length > SCANS_SHOWN) at("log").lastElementChild.remove();
}

function scanned(text) {
  const { code, kind, fault } = understand(text, screen.formats);
  if (kind && fault) return tell("misread", { code }, "wrong");
  if (kind === "box") return enqueue(code, []);
  if (kind !== "tube") return tell("neither", { code }, "wrong");
  if (!box) return tell("box_first", { code }, "wrong");
  if (seen.has(code)) return tell("again", { code }, "again");
  seen.add(code);
  return enqueue(box, [code]);
}

function enqueue(barcode, tubes) {
  if (barcode !== box) seen = new Set();
  box = barcode;
  const temperature = at("temperature").value;
  const message = { id: uuid7(), lab: screen.lab, at: new Date().toISOString(), tubes };
  if (temperature !== "") message.temperature_c = Number(temperature);
  waiting.push({ barcode, message });
  flush();
}

/** Send what waits, one after another, in the order of the scans. */
async function flush() {
  if (busy) return;
  busy = true;
  while (waiting.length) {
    const { barcode, message } = waiting[0];
    drawUnsent();
    const { ok, kind, answer, sentence } = await post(`/testing/api/boxes/${encodeURIComponent(barcode)}/receive`, message);
    if (!ok && kind !== "refused") {
      say(sentence, "bad");
      break;
    }
    waiting.shift();
    if (ok) answered(barcode, message.tubes, answer);
    else refused(message.tubes, sentence);
  }
  busy = false;
  drawUnsent();
}

function answered(barcode, tubes, standing) {
  const count = standing.received.length;
  if (barcode === box) draw(standing);
  if (tubes.length === 0) return tell("opened", { box: barcode, expected: standing.expected }, "ok");
  const [code] = tubes;
  const list = LISTS.find((name) => standing[name].includes(code)) ?? "received";
  tell(list, { code }, list === "received" ? "ok" : "wrong");
  if (list === "received" && standing.expected && standing.missing.length === 0) tell("complete", { box: barcode, count, expected: standing.expected }, "full");
  return undefined;
}

function refused(tubes, sentence) {
  tubes.forEach((code) => seen.delete(code));
  if (tubes.length === 0) box = null;
  tell(sentence, {}, "wrong");
}

function draw(standing) {
  at("current").hidden = false;
  at("standing").hidden = false;
  at("asks").textContent = words("ask_tube");
  at("box").replaceChildren(codeElement(box));
  at("count").textContent = words("count", { count: standing.received.length, expected: standing.expected });
  seen = new Set([...seen, ...LISTS.flatMap((name) => standing[name])]);
  for (const place of document.querySelectorAll("[data-list]")) {
    const codes = standing[place.dataset.list];
    place.hidden = codes.length === 0;
    place.querySelector(".number-shown").textContent = codes.length;
    place.querySelector(".codes").replaceChildren(
      ...codes.map((code) => {
        const item = document.createElement("li");
        item.append(codeElement(code));
        return item;
      }),
    );
  }
}

function drawUnsent() {
  at("unsent").hidden = waiting.length === 0;
  at("unsent").textContent = words("unsent", { count: waiting.length });
}

addEventListener("beforeunload", (event) => waiting.length && event.preventDefault());
setInterval(flush, RETRY);
scanField(at("scan"), at("keyboard"), scanned);
cameraBeside(at("scan"), scanned);
