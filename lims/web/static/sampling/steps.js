// What is scanned or pressed, one step after the other: done, drawn, and told by sight, sound and touch.
import { signal } from "../signals.js";
import { say, words } from "../words.js";
import { desk, isSealed, release } from "./desk.js";
import { read } from "./reading.js";
import { Refusal } from "./record.js";
import { warnOfRoom } from "./room.js";
import { isBusy, sendSoon } from "./sender.js";
import * as view from "./view.js";

const at = (id) => document.getElementById(id);
// How a refusal sounds; any other is "wrong".
const SOUNDS = {
  twice: "again", on_device: "again", open_already: "again", wrong_kind: "kind", full: "over", policy_full: "over", recollect_alone: "over",
  device_full: "problem", device_broken: "problem",
};
const QUIET = 3000; // ms
const GRACE = 10000; // ms: how long a tube that has sealed itself stays here, so that the last scan can be undone
const LONGEST = 60000; // ms: even where a name of it was begun and the phone then laid down
let draw = () => {};
let steps = Promise.resolve();
let underWay = 0;
let lastStep = 0;
let grace = null;

/** The first step is judged when `ready`; `drawn` draws what has become of each. */
export function begin(ready, drawn) {
  steps = ready;
  draw = drawn;
}

/** Do something, draw it and tell what became of it; a refusal is told in its own words. */
export function attempt(text, does) {
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
    if (heard) tell(...heard);
    holdSealed();
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

/** A tube that has sealed itself goes out when nothing was done with it for a while, and nobody is writing into it. */
function holdSealed() {
  clearTimeout(grace);
  if (!isSealed()) return;
  const writing = () => at("people").contains(document.activeElement) && performance.now() - lastStep < LONGEST;
  grace = setTimeout(() => (writing() ? holdSealed() : attempt("", release)), GRACE);
}

/** What a scanner, the keyboard or the camera has read: the one entry for all of them. */
export function scanned(text) {
  return attempt(text.trim(), () => read(text));
}

/** Whether this page may be loaded anew: no tube is open, nothing is being scanned, kept or sent. */
export function isIdle() {
  return !desk.open && underWay === 0 && !at("scan").value && !isBusy() && performance.now() - lastStep > QUIET;
}

export function tell(sentence, kind) {
  const tone = ["ok", "full", "unsure"].includes(kind) ? "good" : "bad";
  say(sentence, tone);
  view.logScan(sentence, tone);
  view.flash(kind);
  signal(kind);
}

/** A receipt comes in the midst of scanning: it never takes a refusal away that is still to be read. */
export function receipt(sentence) {
  if (at("said").parentElement.dataset.tone === "bad") view.logScan(sentence, "good");
  else tell(sentence, "ok");
}

/** The same for a press: at once and afterwards the scan field is ready again. */
export function press(does) {
  const ready = () => at("scan").focus({ preventScroll: true });
  ready();
  return attempt("", does).then(ready);
}
