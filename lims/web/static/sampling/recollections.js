// Single tubes: for whom they are. The list comes from the server when it can be reached, most urgent first.
import { ask } from "../send.js";

const select = document.getElementById("recollection");
let people = [];

export async function loadRecollections(site) {
  const { ok, answer } = await ask(`/sampling/api/recollections?site=${encodeURIComponent(site)}&limit=200`);
  if (!ok) return;
  const chosen = select.value;
  people = answer.items;
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

export function clearChoice() {
  select.value = "";
}
