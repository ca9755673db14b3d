// Whom this site expects: the list rests encrypted on the device; who of them is sampled is known from the tubes.
import * as cipher from "./cipher.js";
import * as outbox from "./outbox.js";
import { keyOf } from "./roster_file.js";
import * as store from "./store.js";
import { now, nowText } from "./time.js";

const LIST = "roster";
const DONE = "roster.sampled";
const KEPT = 7 * 24 * 3600000; // ms: a list that nobody has taken off the device goes by itself
let list = null; // {site, title, loaded_at, people}
let byKey = new Map();
let byNumber = new Map();
let done = new Set();

/** Read what is kept for this site; another site's list stays hidden. */
export async function open(site) {
  const kept = await shown(LIST);
  if (kept && now() - Date.parse(kept.loaded_at) > KEPT) return remove();
  if (kept?.site === site) take(kept, (await shown(DONE)) ?? []);
}

async function shown(note) {
  const kept = await store.read("notes", note);
  return kept ? cipher.show(kept).catch(() => null) : null;
}

function take(kept, sampled) {
  list = kept;
  byKey = new Map(kept?.people.map((person) => [keyOf(person), person]));
  byNumber = new Map(kept?.people.map((person) => [person.id_number, person]));
  done = new Set(sampled);
}

/** Put a list in the place of the one that is kept. */
export async function load(site, title, people) {
  const made = { site, title, loaded_at: nowText(), people };
  await store.write(["notes", await cipher.hide(LIST, made), LIST], ["notes", undefined, DONE]);
  take(made, []);
}

export async function remove() {
  await store.write(["notes", undefined, LIST], ["notes", undefined, DONE]);
  take(null, []);
}

/** Somebody with what the list knows of them beside; what is given outweighs it. */
export function completed(person) {
  const known = byKey.get(keyOf(person)) ?? {};
  const told = Object.fromEntries(Object.entries(person).filter(([, said]) => said));
  return { ...known, ...told };
}

/** Whom the list has under a number, whatever document it stands on; or null. */
export const withNumber = (number) => byNumber.get(number) ?? null;

/** The server has these members: they count as sampled when the tube has left the device. */
export async function noteSampled(members) {
  const found = members.map(keyOf).filter((key) => byKey.has(key) && !done.has(key));
  if (!found.length) return;
  done = new Set([...done, ...found]);
  await store.write(["notes", await cipher.hide(DONE, [...done]), DONE]);
}

/** {title, people, missing}: who is expected, and who of them is in no tube of this device; null where there is no list. */
export function standing() {
  if (!list) return null;
  const sampled = new Set(done);
  for (const { tube } of outbox.all()) for (const member of tube.members) sampled.add(keyOf(member));
  return { ...list, missing: list.people.filter((person) => !sampled.has(keyOf(person))) };
}
