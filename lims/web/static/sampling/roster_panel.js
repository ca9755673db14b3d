// The list of people as it is seen on the tube screen: loaded, counted, printed, taken off.
import { offer } from "../refused_file.js";
import { ask } from "../send.js";
import { told, words } from "../words.js";
import { masked } from "./identity.js";
import * as roster from "./roster.js";
import { peopleOf, rowsOf, textOf } from "./roster_file.js";

const at = (id) => document.getElementById(id);
const WORKBOOK = /\.(xlsx|xls)$/i;
const SHOWN = 50;
const { site } = told("screen");
let faults = [];

/** Have the panel listen; `changed` draws the screen anew. Afterwards the scan field is ready again. */
export function begin(changed) {
  const does = async (step) => {
    await step().catch(() => say(words("device_broken"), "bad"));
    changed();
    at("scan").focus({ preventScroll: true });
  };
  at("roster-file").addEventListener("change", ({ target }) => does(async () => {
    const [file] = target.files;
    if (file) await taken(file);
    target.value = "";
  }));
  at("roster-remove").addEventListener("click", () => does(async () => {
    await roster.remove();
    faults = [];
    say(words("roster_removed"), "good");
  }));
  at("roster-print").addEventListener("click", () => does(printed));
  at("roster-refused").addEventListener("click", () => at("scan").focus({ preventScroll: true }));
}

async function taken(file) {
  say(words("working"), "");
  const rows = WORKBOOK.test(file.name) ? await rowsOfWorkbook(file) : rowsOf(textOf(new Uint8Array(await file.arrayBuffer())));
  if (!rows) return;
  const found = peopleOf(rows);
  ({ faults } = found);
  const [heads] = rows;
  offer(at("roster-refused"), "refused.csv", [...heads, "line", "reason"], faults.map(({ line, fault, facts }) => refusedRow(heads, rows[line - 1], line, words(fault, facts))));
  if (found.people.length) await roster.load(site, file.name.replace(/\.[^.]*$/, ""), found.people);
  const name = found.people.length ? (faults.length ? "roster_partly" : "roster_loaded") : "roster_nobody";
  say(words(name, { count: found.people.length, bad: faults.length }), faults.length ? "bad" : "good");
}

/** A row as it came, as long as its heads, with line and reason behind: corrected it can be loaded again. */
const refusedRow = (heads, row, line, reason) => [...heads.map((_, place) => row[place] ?? ""), line, reason];

async function rowsOfWorkbook(file) {
  const form = new FormData();
  form.append("file", file);
  const answer = await ask("/sampling/api/roster/rows", { method: "POST", form });
  if (!answer.ok) say(answer.kind === "network" ? words("roster_needs_network") : answer.sentence, "bad");
  return answer.ok ? answer.answer.rows : null;
}

async function printed() {
  say(words("working"), "");
  const { title, people } = roster.standing();
  const answer = await ask("/sampling/api/roster/pdf", { method: "POST", json: { title, people }, file: true });
  if (!answer.ok) return say(answer.sentence, "bad");
  const link = document.createElement("a");
  link.href = URL.createObjectURL(answer.answer.content);
  link.download = answer.answer.name;
  link.click();
  URL.revokeObjectURL(link.href);
  return say(words("downloaded", { name: answer.answer.name }), "good");
}

function say(sentence, tone) {
  at("roster-said").textContent = sentence;
  at("roster-said").dataset.tone = tone;
}

/** How many of the list are sampled, and who is not. */
export function draw() {
  const list = roster.standing();
  const facts = { done: list ? list.people.length - list.missing.length : 0, all: list?.people.length };
  at("roster-count").textContent = list ? words("roster_count", facts) : words("roster_none");
  for (const id of ["roster-print", "roster-remove"]) at(id).hidden = !list;
  if (!at("roster").open) return;
  at("roster-faults").replaceChildren(...faults.map(({ line, fault, facts: said }) => row(words("roster_line", { line, reason: words(fault, said) }))));
  const missing = list?.missing ?? [];
  at("roster-missing").replaceChildren(...missing.slice(0, SHOWN).map((person) => row(`${masked(person)} ${person.group}`)));
  at("roster-more").textContent = missing.length > SHOWN ? words("more_here", { count: missing.length - SHOWN }) : "";
}

function row(text) {
  const line = document.createElement("li");
  line.textContent = text;
  return line;
}
