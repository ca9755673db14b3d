// Importing what a device hands over: its file or its QR codes go to the server as they are; what became of each tube is shown.
import { codeElement } from "../codes.js";
import { offer } from "../refused_file.js";
import { ask } from "../send.js";
import { say, words } from "../words.js";
import { takeSeries } from "./import_series.js";
import { inOurLanguage } from "./phrases.js";

const at = (id) => document.getElementById(id);
const piece = (id) => at(id).content.firstElementChild.cloneNode(true);

/** Have the server take a file; answers as `ask` does, and has shown what became of it. */
async function take(file) {
  at("fault").hidden = at("result").hidden = true;
  say(words("working"));
  const form = new FormData();
  form.append("file", file);
  const told = await ask("/sampling/api/sync/import", { method: "POST", form });
  if (told.ok) show(told.answer, await makerOf(file));
  else say(told.sentence, "bad");
  return told;
}

async function takeFile(file) {
  const told = await take(file);
  at("fault").textContent = told.sentence;
  at("fault").hidden = told.ok;
}

function show(outcomes, maker) {
  const counts = { accepted: 0, already_have: 0, held: 0, conflict: 0, refused: 0 };
  for (const { outcome } of outcomes) counts[outcome] += 1;
  const problems = counts.conflict + counts.refused;
  const sum = words("sum", { ...counts, count: outcomes.length, problems });
  at("sum").textContent = sum;
  at("maker").textContent = maker ? words("maker", maker) : "";
  // Those that need somebody stand first.
  const first = (line) => (["conflict", "refused"].includes(line.outcome) ? 0 : 1);
  at("outcomes").replaceChildren(...outcomes.toSorted((one, other) => first(one) - first(other)).map(row));
  const refused = outcomes.map((line, place) => ({ ...line, place: place + 1 })).filter((line) => !first(line));
  const cells = refused.map(({ place, barcode, outcome, detail, code }) => [place, barcode, outcome, inOurLanguage(detail ?? ""), code]);
  offer(at("refused-file"), "refused.csv", ["number", "barcode", "outcome", "reason", "code"], cells);
  at("result").hidden = false;
  say(sum, problems ? "bad" : "good");
}

function row({ barcode, outcome, detail }) {
  const line = piece("outcome-row");
  line.querySelector(".tube").append(codeElement(barcode));
  line.querySelector(".where").append(piece(`outcome-${outcome}`));
  line.querySelector(".reason").textContent = inOurLanguage(detail ?? "");
  return line;
}

/** What a sealed file says in clear of where it comes from; null where it says nothing. */
async function makerOf(file) {
  try {
    const { device, site, count, made_at } = JSON.parse(await file.text());
    return site ? { device, site, count, made_at } : null;
  } catch {
    return null;
  }
}

at("file").addEventListener("change", ({ target }) => {
  if (target.files[0]) takeFile(target.files[0]).finally(() => (target.value = ""));
});
for (const name of ["dragover", "drop"]) {
  document.addEventListener(name, (event) => {
    event.preventDefault();
    if (name === "drop" && event.dataTransfer.files[0]) takeFile(event.dataTransfer.files[0]);
  });
}
takeSeries(take);
