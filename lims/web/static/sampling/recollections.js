// Whom to sample again. The list comes from the server when it can be reached, most urgent first; the last one
// stays on the device, encrypted, for the hours without a network.
import { ask } from "../send.js";
import * as cipher from "./cipher.js";
import * as store from "./store.js";
import { nowText } from "./time.js";

const select = document.getElementById("recollection");
const NOTE = "recollections";
const MOST = 500;
let people = [];

/** The newest list of a site, {site, items, at}: {attempted} says how the server was reached, `list` is null where it was not. */
export async function latest(site) {
  const told = await ask(`/sampling/api/recollections?site=${encodeURIComponent(site)}&limit=${MOST}`);
  if (!told.ok) return { attempted: told, list: null };
  if (!Array.isArray(told.answer?.items)) return { attempted: { ...told, ok: false, kind: "portal" }, list: null };
  const list = { site, items: told.answer.items, at: nowText() };
  await keep(list);
  return { attempted: told, list };
}

/** Keep a list on the device, encrypted. */
export async function keep(list) {
  await store.write(["notes", await cipher.hide(NOTE, list), NOTE]).catch(() => {});
}

/** The list of a site that lies on the device, or null. */
export async function kept(site) {
  try {
    const list = await cipher.show(await store.read("notes", NOTE));
    return list.site === site ? list : null;
  } catch {
    return null;
  }
}

/** Show the list of a site among the single tubes; the answer says how the server was reached. */
export async function loadRecollections(site) {
  const { attempted, list } = await latest(site);
  const best = list ?? (await kept(site));
  if (best) show(best.items);
  return attempted;
}

function show(list) {
  const chosen = select.value;
  people = list;
  const options = people.map((person) => {
    const option = document.createElement("option");
    option.value = keyOf(person);
    option.textContent = `${person.name || person.id_number} · ${person.tube} · ${person.position}`;
    return option;
  });
  select.replaceChildren(select.options[0], ...options);
  select.value = people.some((person) => keyOf(person) === chosen) ? chosen : "";
}

function keyOf(person) {
  return `${person.tube} ${person.position}`;
}

/** Choose somebody, as another page has asked for: `tube` and `position` of the pool. */
export function choose(tube, position) {
  const key = `${tube} ${position}`;
  if (people.some((person) => keyOf(person) === key)) select.value = key;
}

/** Whom the next single tube is for, or null. */
export function chosen() {
  return people.find((person) => keyOf(person) === select.value) ?? null;
}

/** Where somebody is on the list, or null: such a person is sampled alone, for that tube. */
export function calledBack({ id_type, id_number }) {
  return people.find((person) => person.id_type === id_type && person.id_number === id_number) ?? null;
}
