// Receiving boxes: each scan is kept, sent at once and answered exactly. A reason of rejection scanned after a tube rejects that tube.
import { codeElement, normalise, understand } from "../codes.js";
import { cameraBeside } from "../sampling/camera.js";
import { scanField } from "../scan_field.js";
import { ask } from "../send.js";
import { uuid7 } from "../uuid7.js";
import { say, told, words } from "../words.js";
import { drawStanding, duration, warnings } from "./box_standing.js";
import { keptQueue } from "./kept.js";
import { tell } from "./log.js";

const at = (id) => document.getElementById(id);
const screen = told("screen");
// How each outcome of a scan is heard and felt.
const SIGNAL = { received: "ok", unexpected: "unsure", unregistered: "unsure", again: "again", elsewhere: "problem", rejected: "problem" };
const OPEN_BOX = `lims.receiving.box.${screen.lab}`;
let box = null;
let standing = null; // what the server has last answered about it
let last = null; // the tube that was scanned last: a reason rejects it

/** 09:31, and the day where it is another than today. */
function moment(iso) {
  if (!iso) return "–";
  const day = (date) => date.toLocaleDateString("sv-SE", { timeZone: screen.zone });
  const when = new Date(iso);
  const clock = when.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: screen.zone });
  return day(when) === day(new Date()) ? clock : `${day(when)} ${clock}`;
}

function scanned(text) {
  const reason = screen.reasons[normalise(text)];
  if (reason) return reject(reason);
  const { code, kind, fault } = understand(text, screen.formats);
  if (kind && fault) return tell("misread", { code }, "wrong");
  if (kind === "box") return open(code);
  if (kind !== "tube") return tell("neither", { code }, "kind");
  if (!box) return tell("box_first", { code }, "kind");
  choose(code);
  if (queue.holds((message) => message.json.tubes?.includes(code))) return tell("again_unsent", { code }, "again");
  return receive(box, [code]);
}

function open(code) {
  // A temperature that was typed before the first box is that of the box; that of the box before is not.
  const temperature = box === null ? measured() : {};
  if (code !== box && box !== null) at("temperature").value = "";
  current(code);
  receive(code, [], temperature);
}

function current(code) {
  box = code;
  standing = null;
  choose(null);
  if (code) localStorage.setItem(OPEN_BOX, code);
  else localStorage.removeItem(OPEN_BOX);
  at("asks").textContent = words(code ? "ask_tube" : "ask_box");
  at("current").hidden = !code;
  at("aside").hidden = !code;
  at("standing").hidden = true;
  // What stands there is of the box before, until the server has answered.
  at("box").replaceChildren(...(code ? [codeElement(code)] : []));
  at("count").textContent = "";
}

const measured = () => (at("temperature").value === "" ? {} : { temperature_c: Number(at("temperature").value) });

function receive(barcode, tubes, more = {}, later = false) {
  const json = { id: uuid7(), lab: screen.lab, at: new Date().toISOString(), tubes, ...more };
  queue.push({ address: `/testing/api/boxes/${encodeURIComponent(barcode)}/receive`, box: barcode, later, json });
}

function reject(reason) {
  if (!last) return tell("tube_first", {}, "kind");
  const json = { id: uuid7(), reason, at: new Date().toISOString() };
  return queue.push({ address: `/testing/api/tubes/${encodeURIComponent(last)}/reject`, tube: last, json });
}

/** The tube that a reason would reject; its buttons say which it is. */
function choose(code) {
  last = code;
  at("rejecting").hidden = !code;
  if (code) at("rejected-tube").replaceChildren(codeElement(code));
}

const queue = keptQueue(`lims.receiving.${screen.lab}`, {
  answered(message, answer) {
    if (message.tube) return tell("rejected_now", { code: message.tube, reason: screen.reason_words[answer.reason] }, "again");
    if (message.box === box) drawStanding(box, (standing = answer));
    if (message.json.tubes.length === 0) return opened(message, answer);
    const [scan] = answer.scans;
    const sentence = words(sentenceOf(scan), { code: scan.barcode, ...factsOf(scan) });
    const old = scan.too_old ? [words("too_old", { time: duration(scan.minutes_old), hours: answer.arrival.tube_hours_at_most })] : [];
    tell([sentence, ...old].join(" "), {}, old.length && scan.outcome === "received" ? "unsure" : SIGNAL[scan.outcome]);
    if (scan.outcome !== "received" || answer.missing.length || !answer.expected) return undefined;
    return tell("complete", { box: message.box, count: answer.received.length, expected: answer.expected }, "full");
  },
  refused(message, sentence) {
    if (message.box === box && !message.tube && message.json.tubes.length === 0) current(null);
    tell(sentence, {}, "wrong");
  },
  failed: (sentence) => say(sentence, "bad"),
  changed(count) {
    at("unsent").hidden = count === 0;
    at("unsent").textContent = words("unsent", { count });
  },
});

/** A box that was opened or measured; what warns is said at once, not only beside the scans. */
function opened({ box: barcode, json, later }, answer) {
  const warns = warnings(answer);
  const name = later ? "measured" : answer.expected ? "opened" : "opened_unknown";
  const sentence = words(name, { box: barcode, expected: answer.expected, temperature: json.temperature_c });
  return tell([sentence, ...warns].join(" "), {}, warns.length ? "unsure" : "ok");
}

/** Which sentence tells what a scan came to. */
function sentenceOf({ outcome, box: packed, box_sealed_at: sealed }) {
  if (outcome === "unexpected") return packed ? (sealed ? "unexpected_sealed" : "unexpected_packed") : "unexpected";
  return outcome;
}

function factsOf(scan) {
  return {
    box: scan.box ?? "–",
    sealed: moment(scan.box_sealed_at),
    sealer: scan.box_sealed_by ?? "–",
    received: moment(scan.received_at),
    receiver: scan.received_by ?? "–",
    lab: scan.lab,
    state: screen.states[scan.state] ?? scan.state,
    rejected: moment(scan.rejected_at),
    reason: screen.reason_words[scan.rejected_for] ?? "",
  };
}

/**
 * Go on with a box: that of the address, or the one that was open on this device before. It is open at once, however long the
 * server takes; what is scanned until it has answered is not undone by an answer that is older.
 */
async function resume(barcode) {
  current(barcode);
  await queue.flush();
  const { ok, kind, answer, sentence } = await ask(`/testing/api/boxes/${encodeURIComponent(barcode)}?lab=${encodeURIComponent(screen.lab)}`);
  if (box !== barcode || standing) return undefined;
  if (!ok && kind === "refused") {
    current(null);
    return say(sentence, "bad");
  }
  if (ok) drawStanding(barcode, (standing = answer));
  return say(words("resumed", { box: barcode }));
}

at("temperature").addEventListener("change", () => box && at("temperature").checkValidity() && receive(box, [], measured(), true));
// What is scanned next is not a part of the temperature.
at("temperature").addEventListener("keydown", ({ key }) => key === "Enter" && at("scan").focus({ preventScroll: true }));
at("rejecting").addEventListener("click", ({ target }) => {
  const button = target.closest("[data-reason]");
  if (button) reject(button.dataset.reason);
  at("scan").focus({ preventScroll: true });
});
at("aside").addEventListener("click", () => {
  at("temperature").value = "";
  current(null);
  at("scan").focus({ preventScroll: true });
});
scanField(at("scan"), at("keyboard"), scanned);
cameraBeside(at("scan"), scanned);
const before = screen.box ?? localStorage.getItem(OPEN_BOX);
if (before) resume(before);
else queue.flush();
