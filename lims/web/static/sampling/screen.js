// The tube screen: scans and presses go to the desk, what became of them is seen, heard and felt; sealed tubes are sent.
import { scanField } from "../scan_field.js";
import { signal } from "../signals.js";
import { say, told, words } from "../words.js";
import { add, asks, desk, discard, edit, read, remove, resume, sealOpen, setAside } from "./desk.js";
import * as identity from "./identity.js";
import * as outbox from "./outbox.js";
import * as list from "./recollections.js";
import { Refusal } from "./record.js";
import { sendWaiting } from "./sender.js";
import * as view from "./view.js";

const at = (id) => document.getElementById(id);
const { site } = told("screen");
const RETRY = 15000; // ms
// A scanner types into whatever has the focus: a code at the end of a name is a scan.
const SCANNED_INTO = /^(.*?)([0-9]{17}[0-9Xx]|[0-9]{14})$/;
let reached = navigator.onLine ? "done" : "network";

/** Do something and tell what became of it; a refusal is told in its own words. */
function attempt(text, does) {
  try {
    tell(...does());
  } catch (fault) {
    if (!(fault instanceof Refusal)) throw fault;
    tell(words(fault.message, { code: text, ...fault.facts }), fault.message === "twice" ? "again" : "wrong");
  }
}

function tell(sentence, kind) {
  const tone = kind === "ok" || kind === "full" ? "good" : "bad";
  say(sentence, tone);
  view.logScan(sentence, tone);
  signal(kind);
}

/** The same for a press: afterwards the screen is drawn anew and the scan field is ready again. */
function press(does) {
  attempt("", does);
  draw();
  at("scan").focus({ preventScroll: true });
  send();
}

function scanned(text) {
  attempt(text.trim(), () => read(text, desk.mode === "single" ? list.chosen() : null));
  draw();
  send();
}

function edited(position, field, input) {
  const [, typed, scan] = SCANNED_INTO.exec(input.value.trim()) ?? [null, input.value.trim(), null];
  input.value = typed;
  if (typed) attempt("", () => edit(position, field, typed));
  if (scan) scanned(scan);
}

async function send() {
  const { kind, outcomes } = await sendWaiting(site);
  if (kind === "idle") return;
  reached = kind;
  for (const { record, standing, detail } of outcomes) {
    const name = { received: "confirmed", held: "held" }[standing] ?? "problem";
    const { barcode, members } = record.tube;
    const sentence = detail.includes(barcode) ? detail : words(name, { tube: barcode, count: members.length, detail });
    tell(sentence, standing === "problem" ? "wrong" : "ok");
  }
  if (outcomes.some(({ record }) => record.tube.retest_of)) list.loadRecollections(site);
  drawAround();
}

function draw() {
  view.drawMode(desk.mode);
  view.drawTube(desk.open, asks(), { removed: (position) => press(() => remove(position)), edited });
  at("recode").setAttribute("aria-pressed", String(desk.recoding));
  drawAround();
}

/** What stands beside the open tube: it may change while somebody is typing a name. */
function drawAround() {
  const records = outbox.all();
  const others = records.filter((record) => record.tube.id !== desk.open?.tube.id);
  view.drawOutbox(others, outbox.lastSent(), site, {
    resumed: (record) => press(() => resume(record)),
    corrected: (record) => press(() => resume(record)),
    setAside: (record) => press(() => setAside(record)),
  });
  view.drawNetwork(reached, records.filter((record) => record.standing !== "open").length);
}

function typedIn(event) {
  event.preventDefault();
  const form = event.target;
  const person = Object.fromEntries(new FormData(form));
  press(() => {
    const done = add({ ...person, id_number: identity.canonical(person.id_number), name: person.name.trim(), phone: person.phone.trim() });
    form.reset();
    return done;
  });
}

for (const button of document.querySelectorAll("[data-mode]")) {
  button.addEventListener("click", () => {
    desk.mode = button.dataset.mode;
    draw();
    at("scan").focus();
  });
}
at("seal").addEventListener("click", () => press(sealOpen));
at("undo").addEventListener("click", () => press(() => remove(desk.open.tube.members.length)));
at("discard").addEventListener("click", () => press(discard));
at("recode").addEventListener("click", () => {
  desk.recoding = !desk.recoding;
  draw();
  at("scan").focus();
});
at("person").addEventListener("submit", typedIn);
at("send").addEventListener("click", send);
addEventListener("online", send);
addEventListener("offline", () => {
  reached = "network";
  drawAround();
});
setInterval(send, RETRY);

const left = outbox.all().findLast((record) => record.standing === "open" && record.tube.site === site);
if (left) Object.assign(desk, { open: left, mode: left.tube.kind });
scanField(at("scan"), at("keyboard"), scanned);
draw();
send();
await list.loadRecollections(site);
const asked = new URLSearchParams(location.search);
if (asked.has("retest_of") && !desk.open) {
  desk.mode = "single";
  list.choose(asked.get("retest_of"), asked.get("position"));
  draw();
}
