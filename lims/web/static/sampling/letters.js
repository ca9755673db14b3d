// Everything but tubes that this device has to tell the server: who was called, boxes, departures. A letter is a POST with an
// id of its own in its body, so that a repeat changes nothing. It is kept encrypted until the server has taken it; one that the
// server refuses stays, with the reason, until somebody sends it again or takes it away. `sender.js` sends them, oldest first.
import { post } from "../send.js";
import * as cipher from "./cipher.js";
import { inOurLanguage } from "./phrases.js";
import { Refusal } from "./record.js";
import * as store from "./store.js";
import * as time from "./time.js";

const PLACE = "letter ";
const KEPT_BACK = [401, 403, 408, 413, 425, 429]; // says no to this person or this moment, not to the letter
// It came before what it speaks of: what is missing comes from another device, and the letter is tried until then.
const EARLY = ["box_tube_unknown", "box_tube_not_sealed", "box_not_sealed"];
const PATIENCE = 10000; // ms
const letters = new Map();
const tried = new Map(); // id → when, by performance.now()
const others = "BroadcastChannel" in globalThis ? new BroadcastChannel("lims.letters") : null;
/** How many letters of this device cannot be opened any more. */
export let unreadable = 0;

/** Read what is kept; `changed` is told when another window has kept or sent one. */
export async function open(changed = () => {}) {
  await cipher.prepare();
  const entries = await store.readNotes(PLACE);
  await Promise.all(entries.map((entry) => cipher.show(entry).then((letter) => letters.set(letter.id, letter), () => (unreadable += 1))));
  others?.addEventListener("message", ({ data }) => reread(data).then(changed));
}

async function reread(id) {
  const entry = await store.read("notes", PLACE + id);
  if (entry) letters.set(id, await cipher.show(entry));
  else letters.delete(id);
}

/**
 * Keep a letter, and answer when it is on disk; a Refusal where the device cannot. `body` carries its own `id` (uuid7), and
 * times named `at`, `sealed_at` …; `site` is whose it is; `says` tells people what it is; `proof` is what an answer of our
 * server repeats ({"barcode": …}), as the login page of a foreign network may answer 200, too.
 */
export function write({ path, body, site, says, proof = {} }) {
  return keep({ id: body.id, path, body, site, says, proof, standing: "waiting", detail: "", ahead: time.deviceIsAhead() });
}

async function keep(letter) {
  await change(letter.id, await cipher.hide(PLACE + letter.id, letter));
  letters.set(letter.id, letter);
  return letter;
}

/** Take a letter off this device. */
export async function drop(id) {
  await change(id, undefined);
  letters.delete(id);
}

async function change(id, entry) {
  try {
    await store.write(["notes", entry, PLACE + id]);
  } catch (fault) {
    throw new Refusal(fault?.name === "QuotaExceededError" ? "device_full" : "device_broken", {});
  }
  others?.postMessage(id);
}

/** Every letter, oldest first (ids sort by time). */
export const all = () => [...letters.values()].sort((one, other) => (one.id < other.id ? -1 : 1));

/** The oldest letter of a site that waits to be sent; after those, one that came too early and was not tried just now. */
export function next(site) {
  const here = all().filter((letter) => letter.site === site);
  const rested = ({ id }) => performance.now() - (tried.get(id) ?? -PATIENCE) >= PATIENCE;
  return here.find((letter) => letter.standing === "waiting") ?? here.find((letter) => EARLY.includes(letter.code) && rested(letter));
}

/** Have a refused letter sent again as it is: under its own id, as the server has done nothing under it. */
export const again = (id) => keep({ ...letters.get(id), standing: "waiting", detail: "", code: "" });

/** Send one → what `ask` says, and {letter, answer} of one that was taken or refused for good; only then its standing changes. */
export async function send(waiting) {
  const letter = time.timedLetter(waiting);
  if (letter !== waiting) await keep(letter);
  const told = await post(letter.path, letter.body);
  time.learn(told.at);
  const detail = inOurLanguage(told.sentence);
  const code = told.kind === "refused" && !KEPT_BACK.includes(told.status) && told.answer.code;
  if (code) {
    tried.set(letter.id, performance.now());
    const refused = await keep({ ...letter, standing: "problem", detail, code });
    return { ...told, kind: "done", letter: waiting.detail === detail ? undefined : refused }; // told once
  }
  if (!told.ok) return { ...told, sentence: detail };
  if (Object.entries(letter.proof).some(([name, value]) => told.answer[name] !== value)) return { ...told, kind: "portal" };
  await drop(letter.id);
  return { ...told, letter: { ...letter, standing: "received" } };
}
