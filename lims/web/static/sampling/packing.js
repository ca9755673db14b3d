// Packing a box: scan the box, its tubes, the box again. What is scanned outlives a reload; a sealed box waits here until the server has it.
import { understand } from "../codes.js";
import { scanField } from "../scan_field.js";
import { signal } from "../signals.js";
import { uuid7 } from "../uuid7.js";
import { say, told, words } from "../words.js";
import * as asking from "./asking.js";
import * as boxes from "./box.js";
import { drawBox, renew, when } from "./box_view.js";
import { cameraBeside } from "./camera.js";
import { carry, tell as send } from "./carrier.js";
import * as letters from "./letters.js";
import { Refusal } from "./record.js";
import * as time from "./time.js";
import { flash } from "./view.js";

const at = (id) => document.getElementById(id);
const screen = told("screen");
const KEPT = `lims.box.${screen.site}`;
const SOUNDS = { twice: "again", wrong_kind: "kind", not_known: "problem", in_box: "over", left_with: "over", box_left: "over" };
let packing = kept();
let sure = null; // what a second scan or press confirms
// One step after the other: the next scan is judged when the last is answered, the first when the page knows what it has.
let steps = carry({ site: screen.site }, { heard, isIdle: () => !packing && !at("scan").value });

function kept() {
  const found = JSON.parse(localStorage.getItem(KEPT) ?? "null");
  return found && { ...boxes.opened(found.barcode), ...found };
}

function keep(next) {
  if (next) localStorage.setItem(KEPT, JSON.stringify(next));
  else localStorage.removeItem(KEPT);
  packing = next;
  draw();
}

function tell(sentence, kind) {
  say(sentence, ["ok", "full"].includes(kind) ? "good" : "bad");
  flash(kind);
  signal(kind);
}

/** Do something and tell what became of it: [sentence's name, facts, signal]; a refusal is told in its own words. */
function attempt(does) {
  steps = steps.then(does).then(
    ([name, facts = {}, kind = "ok"]) => tell(words(name, facts), kind),
    (fault) => {
      if (!(fault instanceof Refusal)) console.error(fault);
      const name = fault instanceof Refusal ? fault.message : "device_broken";
      tell(words(name, fault.facts ?? {}), SOUNDS[name] ?? "wrong");
    },
  );
  return steps;
}

function press(does) {
  return () => {
    at("scan").focus({ preventScroll: true });
    attempt(does);
  };
}

async function scanned(text) {
  const { code, kind, fault } = understand(text, screen.formats);
  if (kind && fault) throw new Refusal("misread", { code });
  if (!kind) throw new Refusal("not_understood", { code });
  if (!packing && kind !== "box") throw new Refusal("box_first", { code, kind: told("kinds")[kind] });
  if (kind === "box") return boxScanned(code);
  if (kind !== "tube") throw new Refusal("wrong_kind", { code, kind: told("kinds")[kind] });
  if (boxes.holds(packing, code)) throw new Refusal("twice", { code });
  return tubeScanned(code);
}

async function boxScanned(code) {
  if (packing) {
    if (code === packing.barcode) return seal();
    throw new Refusal("other_box", { box: packing.barcode, count: boxes.count(packing), code });
  }
  const found = await asking.box(code, screen);
  if (found.standing === "left") throw new Refusal("box_left", { box: code, at: when(found.at), lab: found.lab });
  if (found.standing === "refused") {
    keep({ ...boxes.opened(code), tubes: found.letter.body.tubes });
    await letters.drop(found.letter.id);
    return ["opened_refused", { box: code, detail: found.letter.detail }, "problem"];
  }
  keep(found.standing === "sealed" ? boxes.reopened(code, found.inside) : boxes.opened(code));
  return [found.standing === "sealed" ? "reopened" : "opened", { box: code, count: boxes.count(packing) }];
}

async function tubeScanned(code) {
  const found = packing.removed.includes(code) ? { standing: "ready" } : await asking.tube(code, screen);
  const facts = { code, box: found.box, by: found.box_sealed_by ?? words("this_device"), lab: found.lab ?? "", site: found.site };
  if (found.standing === "packed") throw new Refusal("in_box", { ...facts, at: when(found.box_sealed_at) });
  if (found.standing === "left") throw new Refusal("left_with", { ...facts, at: when(found.dispatched_at) });
  if (["open", "void", "received", "problem", "elsewhere"].includes(found.standing)) throw new Refusal(`tube_${found.standing}`, facts);
  if (found.standing === "unknown" && sure !== code) {
    sure = code;
    throw new Refusal("not_known", { code });
  }
  keep(boxes.withTube(packing, code, { unsure: found.standing !== "ready" }));
  return [found.standing === "ready" ? "added" : "added_unsure", { code, count: boxes.count(packing) }];
}

function takeOut(code) {
  if (boxes.count(packing) === 1 && packing.sealed) throw new Refusal("last_tube", { code });
  keep(boxes.without(packing, code));
  return ["removed", { code, count: boxes.count(packing) }];
}

function undo() {
  const code = packing.tubes.at(-1);
  if (!code) throw new Refusal("no_tubes", {});
  return takeOut(code);
}

/** Give up what was scanned; with tubes in it only at the second press. */
function empty() {
  if (boxes.isChanged(packing) && sure !== packing.barcode) {
    sure = packing.barcode;
    return ["empty_sure", { count: packing.tubes.length }, "again"];
  }
  keep(null);
  return ["emptied"];
}

async function seal() {
  const box = packing;
  const count = boxes.count(box);
  if (!box.sealed && count === 0) throw new Refusal("no_tubes", {});
  if (box.sealed && !boxes.isChanged(box)) {
    keep(null);
    return ["closed", { box: box.barcode, count }];
  }
  const facts = { box: box.barcode, count, added: box.tubes.length, removed: box.removed.length };
  const made = boxes.message(box, { id: uuid7(), site: screen.site, at: time.nowText() });
  await send({ ...made, site: screen.site, says: words(box.sealed ? "letter_changed" : "letter_sealed", facts), proof: { barcode: box.barcode } });
  for (const code of box.tubes) screen.waiting.delete(code);
  screen.boxes.push(box.barcode);
  keep(null);
  return [box.sealed ? "changed" : "sealed", facts, "full"];
}

/** What became of a message: what the server has refused is said, and what it has taken is seen below. */
async function heard({ letter }) {
  if (!letter?.path.startsWith("/sampling/api/boxes")) return;
  if (letter.standing === "problem") return tell(words("refused_box", { says: letter.says, detail: letter.detail }), "problem");
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer?.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (page.getElementById("boxes")) renew(page);
}

function draw() {
  drawBox(packing, (code) => press(() => takeOut(code))());
}

screen.waiting = new Set(screen.waiting);
at("seal").addEventListener("click", press(seal));
at("undo").addEventListener("click", press(undo));
at("empty").addEventListener("click", press(empty));
scanField(at("scan"), at("keyboard"), (text) => attempt(() => scanned(text)));
cameraBeside(at("scan"), (text) => attempt(() => scanned(text)));
draw();
