// The page of a person's own code: what is typed becomes a QR code, drawn here and forgotten.
import { post } from "../send.js";
import { say } from "../words.js";

const at = (id) => document.getElementById(id);
const QUIET = 4; // modules of white on each side
const SVG = "http://www.w3.org/2000/svg";

function shape(name, facts) {
  const made = document.createElementNS(SVG, name);
  for (const [key, said] of Object.entries(facts)) made.setAttribute(key, said);
  return made;
}

function draw(rows) {
  const side = rows.length + 2 * QUIET;
  const dark = rows.flatMap((row, y) => [...row].flatMap((bit, x) => (bit === "1" ? `M${x + QUIET} ${y + QUIET}h1v1h-1z` : [])));
  at("code").setAttribute("viewBox", `0 0 ${side} ${side}`);
  at("code").replaceChildren(shape("rect", { width: side, height: side, fill: "#fff" }), shape("path", { fill: "#000", d: dark.join("") }));
}

at("person").addEventListener("submit", async (event) => {
  event.preventDefault();
  const person = Object.fromEntries(new FormData(event.target));
  const told = await post("/sampling/api/person-code", person);
  at("made").hidden = !told.ok;
  if (!told.ok) return say(told.sentence, "bad");
  draw(told.answer.rows);
  at("code").dataset.code = told.answer.code;
  at("whose").textContent = person.name || person.id_number;
  return say("");
});
at("print").addEventListener("click", () => print());
