// Single tubes: for whom they are. The list comes from the server when it can be reached, most urgent first; the last one
// stays on the device, encrypted, for the hours without a network.
import { ask } from "../send.js";
import * as cipher from "./cipher.js";
import * as store from "./store.js";

const select = document.getElementById("recollection");
const NOTE = "recollections";
let people = [];

/** Show the list of a site; the answer says how the server was reached. */
export async function loadRecollections(site) {
  const told = await ask(`/sampling/api/recollections?site=${encodeURIComponent(site)}&limit=200`);
  const listed = told.ok && Array.isArray(told.answer?.items);
  if (listed) {
    const kept = await cipher.hide(NOTE, { site, items: told.answer.items });
    await store.write(["notes", kept, NOTE]).catch(() => {});
  }
  const list = listed ? told.answer.items : await kept(site);
  if (list) show(list);
  return told.ok && !listed ? { ...told, ok: false, kind: "portal" } : told;
}

async function kept(site) {
  try {
    const list = await cipher.show(await store.read("notes", NOTE));
    return list.site === site ? list.items : null;
  } catch {
    return null;
  }
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
