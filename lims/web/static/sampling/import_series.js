// Series of QR codes as they come in: in any order, repeated, of several hand-overs, over several days. What is kept of them here is
// sealed; when a series is whole, it is taken by itself.
import { scanField } from "../scan_field.js";
import { signal } from "../signals.js";
import { say, words } from "../words.js";
import { cameraBeside } from "./camera.js";
import { partOf } from "./series.js";
import { read, readNotes, write } from "./store.js";
import { flash } from "./view.js";

const at = (id) => document.getElementById(id);
const REMEMBERED = 200;
const DONE = "import.done";
const noteOf = (name, number) => `import.part.${name}.${number}`;
const known = new Map(); // series → {name, of, parts: number → line, fault}
let take = null;
let done = [];
let steps = Promise.resolve();

/** Fill the scan field's part of the page; `taking` has the server take a file, and answers as `ask` does. */
export function takeSeries(taking) {
  take = taking;
  attempt(open);
  scanField(at("scan"), at("keyboard"), (text) => attempt(() => scanned(text)));
  cameraBeside(at("scan"), (text) => attempt(() => scanned(text)));
  addEventListener("online", () => attempt(takeWhole));
}

/** One step after the other; each may answer [sentence, signal]. */
function attempt(does) {
  steps = steps.then(does).then(
    (heard) => heard && tell(...heard),
    (fault) => {
      console.error(fault);
      tell(words("part_unkept"), "problem");
    },
  ).then(draw);
}

function tell(sentence, kind) {
  say(sentence, ["ok", "full"].includes(kind) ? "good" : "bad");
  flash(kind);
  signal(kind);
}

async function open() {
  done = (await read("notes", DONE)) ?? [];
  for (const line of await readNotes("import.part.")) add(partOf(line));
  return takeWhole();
}

function add({ line, name, number, of }) {
  if (!known.has(name)) known.set(name, { name, of, parts: new Map(), fault: "" });
  known.get(name).parts.set(number, line);
  return known.get(name);
}

const missing = ({ of, parts }) => Array.from({ length: of }, (_, at) => at + 1).filter((number) => !parts.has(number));

async function scanned(text) {
  const part = partOf(text);
  if (!part) return [words("no_part"), "kind"];
  if (part.fault) return [words("part_damaged"), "wrong"];
  if (done.includes(part.name)) return [words("part_done"), "again"];
  const again = known.get(part.name)?.parts.has(part.number);
  if (!again) await write(["notes", part.line, noteOf(part.name, part.number)]);
  const series = add(part);
  const left = missing(series).length;
  if (left === 0) return takeOne(series);
  return [words(again ? "part_again" : "part_taken", { ...part, missing: left }), again ? "again" : "ok"];
}

/** Take what is whole and has not been taken: the network was away, or the page was closed. */
async function takeWhole() {
  for (const series of [...known.values()]) {
    if (missing(series).length) continue;
    const heard = await takeOne(series);
    if (heard) tell(...heard);
  }
}

async function takeOne(series) {
  draw();
  const lines = [...series.parts.values()];
  const heard = await take(new File([lines.join("\n")], "codes.txt", { type: "text/plain" }));
  series.fault = heard.sentence;
  if (!heard.ok) return [heard.sentence, "problem"];
  done = [series.name, ...done].slice(0, REMEMBERED);
  await forget(series, ["notes", done, DONE]);
  signal("full");
  flash("full");
  return null; // what became of the tubes has been said
}

async function forget(series, ...besides) {
  await write(...besides, ...[...series.parts.keys()].map((number) => ["notes", undefined, noteOf(series.name, number)]));
  known.delete(series.name);
}

async function forgotten(series) {
  await forget(series);
  return [words("series_forgotten"), "again"];
}

function draw() {
  at("series").replaceChildren(...[...known.values()].map(seriesRow));
}

function seriesRow(series) {
  const row = at("series-row").content.firstElementChild.cloneNode(true);
  const numbers = missing(series);
  row.querySelector(".here").textContent = words("series_here", { here: series.parts.size, of: series.of });
  row.querySelector(".code").textContent = series.name;
  row.querySelector(".missing").textContent = numbers.length ? words("series_missing", { numbers }) : words("series_all");
  row.querySelector(".series-marks").replaceChildren(...Array.from({ length: series.of }, (_, place) => markOf(place + 1, series)));
  row.querySelector(".notice").textContent = series.fault;
  row.querySelector(".notice").hidden = !series.fault;
  const again = row.querySelector(".again");
  again.hidden = numbers.length > 0;
  again.addEventListener("click", () => (at("scan").focus(), attempt(() => takeOne(series))));
  row.querySelector(".forget").addEventListener("click", () => (at("scan").focus(), attempt(() => forgotten(series))));
  return row;
}

function markOf(number, series) {
  const mark = document.createElement("li");
  mark.textContent = number;
  mark.className = series.parts.has(number) ? "here" : "";
  return mark;
}
