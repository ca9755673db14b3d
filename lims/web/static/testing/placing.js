// Placing tubes by hand: scan a tube, then Enter takes the proposed well, or a well is typed. Nothing here needs a mouse.
import { understand } from "../codes.js";
import { post } from "../send.js";
import { signal } from "../signals.js";
import { uuid7 } from "../uuid7.js";
import { told, words } from "../words.js";
import { tell } from "./log.js";

const at = (id) => document.getElementById(id);
const screen = told("screen");
const ROWS = { 96: 8, 384: 16 };
const input = at("scan");
let wells = screen.wells;
let held = null; // {code, id}: the tube that was scanned and waits for its well
let queue = Promise.resolve(); // one thing after another: the next tube may be scanned while this one is on its way

/** The wells in filling order: down each column. */
const order = Array.from({ length: screen.size }, (_, index) => {
  const rows = ROWS[screen.size];
  return `${String.fromCharCode(65 + (index % rows))}${Math.floor(index / rows) + 1}`;
});

const wellOf = (code) => order.find((well) => wells[well]?.tube === code) ?? null;
const proposed = () => order.find((well) => !wells[well]) ?? null;
const canonical = (text) => text.trim().toUpperCase().replace(/^([A-P])0+/, "$1");

function entered(text) {
  const { code, kind, fault } = understand(text, screen.formats);
  if (kind === "tube") return fault ? tell("misread", { code }, "wrong") : hold(code);
  const well = canonical(text);
  if (held && order.includes(well)) return place(well);
  return tell("no_well", { code: text.trim() }, "wrong");
}

function hold(code) {
  if (held && held.code !== code) tell("dropped", { code: held.code, next: code }, "again");
  held = { code, id: uuid7() };
  const from = wellOf(code);
  if (!from && !proposed()) {
    held = null;
    return tell("full", {}, "wrong");
  }
  signal("ok");
  mark(from ?? proposed());
  at("asks").textContent = from ? words("ask_move", { code, from }) : words("ask_new", { code, well: proposed() });
  return undefined;
}

/** Enter alone: the tube takes the well that is proposed; one that stands in a well already is moved only to one that is named. */
function taken() {
  return held && !wellOf(held.code) ? place(proposed()) : undefined;
}

async function place(well) {
  const { code, id } = held;
  const { ok, kind, answer, sentence } = await post(`/testing/api/plates/${encodeURIComponent(screen.plate)}/moves`, { id, tube: code, well });
  if (ok) {
    wells = answer.wells;
    draw();
    tell("placed", { code, well }, "ok");
  } else {
    tell(sentence, {}, "wrong");
    // After a refusal another well is another message; after a fault of the network the same one is sent again.
    if (kind === "refused") held.id = uuid7();
    return;
  }
  held = null;
  mark(null);
  at("asks").textContent = words("ask_tube");
}

function mark(well) {
  for (const cell of document.querySelectorAll("[data-well]")) cell.classList.toggle("proposed", cell.dataset.well === well);
}

function draw() {
  for (const cell of document.querySelectorAll("[data-well]")) {
    const what = wells[cell.dataset.well];
    cell.className = what ? (what.control ? "filled control" : "filled") : "";
    cell.title = what ? `${cell.dataset.well}: ${what.tube ?? screen.roles[what.control]}` : "";
    cell.textContent = what ? what.tube?.slice(-5) ?? screen.roles[what.control] : "";
  }
}

if (input) {
  input.setAttribute("inputmode", "none");
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== "Tab") return;
    const text = input.value;
    if (event.key === "Tab" && !text.trim()) return;
    event.preventDefault();
    input.value = "";
    queue = queue.then(() => (text.trim() ? entered(text) : taken()));
  });
  at("keyboard").addEventListener("click", () => {
    const shown = input.getAttribute("inputmode") === "none";
    input.setAttribute("inputmode", shown ? "text" : "none");
    at("keyboard").setAttribute("aria-pressed", String(shown));
    input.focus();
  });
  document.addEventListener("click", (event) => event.target.closest("a, button, input") || input.focus({ preventScroll: true }));
  input.focus({ preventScroll: true });
}
