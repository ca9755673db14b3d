// The tube screen: scans and presses go to the desk, what became of them is seen, heard and felt; sealed tubes are sent.
import { scanField } from "../scan_field.js";
import { signal } from "../signals.js";
import { say, told, words } from "../words.js";
import { add, asks, desk, discard, edit, poolMax, read, remove, resume, sealOpen, setAside } from "./desk.js";
import * as identity from "./identity.js";
import { drawLetters } from "./letterbox.js";
import * as letters from "./letters.js";
import { begin } from "./offline.js";
import * as outbox from "./outbox.js";
import * as list from "./recollections.js";
import { Refusal } from "./record.js";
import { isBusy, sendNow, sendSoon, start, stop } from "./sender.js";
import * as time from "./time.js";
import * as view from "./view.js";
import { warnOfRoom } from "./room.js";

const at = (id) => document.getElementById(id);
const screen = told("screen");
const { site } = screen;
// A scanner types into whatever has the focus: a code at the end of a name is a scan.
const SCANNED_INTO = /^(.*?)([0-9]{17}[0-9Xx]|[0-9]{14})$/;
// How a refusal sounds; any other is "wrong".
const SOUNDS = { twice: "again", on_device: "again", open_already: "again", wrong_kind: "kind", full: "over", device_full: "problem", device_broken: "problem" };
let reached = { kind: navigator.onLine ? "done" : "network" };
// One step after the other: the next scan is judged when the last is on disk, the first when the page knows what it has.
let steps = open();
let underWay = 0;
let lastStep = 0;
const QUIET = 3000; // ms

/** Do something, draw it and tell what became of it; a refusal is told in its own words. */
function attempt(text, does) {
  underWay += 1;
  steps = steps.then(async () => {
    let heard;
    try {
      heard = await does();
    } catch (fault) {
      if (!(fault instanceof Refusal)) throw fault;
      heard = [words(fault.message, { code: text, ...fault.facts }), SOUNDS[fault.message] ?? "wrong"];
    }
    draw();
    tell(...heard);
    sendSoon();
    warnOfRoom();
  });
  steps = steps.catch((fault) => {
    tell(words("page_fault"), "problem");
    console.error(fault);
  }).finally(() => {
    underWay -= 1;
    lastStep = performance.now();
  });
  return steps;
}

/** Whether this page may be loaded anew: no tube is open, nothing is being scanned, kept or sent. */
function isIdle() {
  return !desk.open && underWay === 0 && !at("scan").value && !isBusy() && performance.now() - lastStep > QUIET;
}

function tell(sentence, kind) {
  const tone = kind === "ok" || kind === "full" ? "good" : "bad";
  say(sentence, tone);
  view.logScan(sentence, tone);
  view.flash(kind);
  signal(kind);
}

/** The same for a press: at once and afterwards the scan field is ready again. */
function press(does) {
  const ready = () => at("scan").focus({ preventScroll: true });
  ready();
  attempt("", does).then(ready);
}

function scanned(text) {
  attempt(text.trim(), () => read(text, desk.mode === "single" ? list.chosen() : null));
}

function edited(position, field, input) {
  const [, typed, scan] = SCANNED_INTO.exec(input.value.trim()) ?? [null, input.value.trim(), null];
  input.value = typed;
  if (typed) attempt("", () => edit(position, field, typed));
  if (scan) scanned(scan);
}

/** What an attempt to send has come to. */
function heard(attempted) {
  reached = attempted;
  for (const { record, standing, detail } of attempted.outcomes) {
    const name = { received: "confirmed", held: "held" }[standing] ?? "problem";
    const { barcode, members } = record.tube;
    const sentence = detail.includes(barcode) ? detail : words(name, { tube: barcode, count: members.length, detail });
    tell(sentence, standing === "problem" ? "problem" : "ok");
  }
  if (attempted.outcomes.some(({ record }) => record.tube.retest_of)) list.loadRecollections(site);
  drawAround();
}

function draw() {
  view.drawMode(desk.mode, poolMax());
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
  drawLetters(drawAround);
  view.drawNetwork(reached, records.filter((record) => record.standing !== "open").length + letters.all().length);
}

function typedIn(event) {
  event.preventDefault();
  const form = event.target;
  const person = Object.fromEntries(new FormData(form));
  press(async () => {
    const done = await add({ ...person, id_number: identity.canonical(person.id_number), name: person.name.trim(), phone: person.phone.trim() });
    form.reset();
    return done;
  });
}

function listen() {
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
  at("send").addEventListener("click", sendNow);
  addEventListener("offline", () => heard({ kind: "network", outcomes: [] }));
  addEventListener("online", () => heard({ kind: "done", outcomes: [] }));
  scanField(at("scan"), at("keyboard"), scanned);
}

/** One window at a time works with the tubes of a device: the one that was opened last. */
function takeTheDesk() {
  navigator.locks?.request("lims.desk", { steal: true }, () => new Promise(() => {})).catch(() => {
    stop();
    at("scan").disabled = true;
    tell(words("other_window"), "problem");
  });
}

/** Know what lies on this device, and put the tube that was open on the desk again. */
async function open() {
  try {
    await outbox.open();
    await letters.open(drawAround);
    await time.prepare(Object.keys(screen.pool_max_on)[0]);
  } catch {
    view.warn("device", words("device_broken"));
  }
  const left = outbox.all().findLast((record) => record.standing === "open" && record.tube.site === site);
  if (left) Object.assign(desk, { open: left, mode: left.tube.kind });
}

takeTheDesk();
listen();
await steps;
draw();
warnOfRoom();
begin(isIdle);
start(site, heard);
const listed = await list.loadRecollections(site);
if (!listed.ok) heard({ ...listed, outcomes: [] });
const asked = new URLSearchParams(location.search);
if (asked.has("retest_of") && !desk.open) {
  desk.mode = "single";
  list.choose(asked.get("retest_of"), asked.get("position"));
  draw();
}
if (asked.has("needs_network")) say(words("needs_network"), "bad");
