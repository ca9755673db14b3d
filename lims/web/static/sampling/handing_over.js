// A member who has moved away is handed over: to a site of ours, which then finds the person on its own list, or to another city.
// What is typed stays when the list is drawn anew around it.
import { say, words } from "../words.js";

const known = () => [...document.getElementById("sites").options];
const typed = new Map(); // tube and position → text
/** One member of one tube. */
export const keyOf = (person) => `${person.tube} ${person.position}`;

/** Where to, as an arrow and a name; empty where it is not known. */
export function whereto({ to_site, to_site_name, to_place }) {
  const place = to_site ? to_site_name ?? known().find(({ value }) => value === to_site)?.textContent ?? to_site : to_place;
  return place ? `→ ${place}` : "";
}

/** A site by its code or its name; anything else is a place of others. */
function meant(text) {
  const site = known().find(({ value, textContent }) => [value, textContent].includes(text));
  return site ? { to_site: site.value } : { to_place: text };
}

/** Open the question where to, or close it. */
export function toggle(person, line) {
  if (!typed.delete(keyOf(person))) typed.set(keyOf(person), "");
  const panel = line.querySelector(".moving");
  panel.hidden = !typed.has(keyOf(person));
  if (!panel.hidden) panel.querySelector("input").focus();
}

/** The question where to, open where it was; `over({to_site | to_place})` is told the answer. */
export function draw(person, line, over) {
  const panel = line.querySelector(".moving");
  const input = panel.querySelector("input");
  const key = keyOf(person);
  const answer = () => {
    const text = input.value.trim();
    if (!text) return say(words("whereto_missing", { name: person.name || person.id_number }), "bad");
    typed.delete(key);
    return over(meant(text));
  };
  panel.hidden = !typed.has(key);
  input.value = typed.get(key) ?? "";
  input.addEventListener("input", () => typed.set(key, input.value));
  input.addEventListener("keydown", (event) => event.key === "Enter" && answer());
  panel.querySelector(".hand-over").addEventListener("click", answer);
  panel.querySelector(".never-mind").addEventListener("click", () => toggle(person, line));
}
