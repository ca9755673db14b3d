// A run is reviewed by keyboard alone: arrows go from well to well, N to the next that is not negative, Enter to what is to be decided
// of it (or to its curves), Escape back. A tube that is not negative is released when its own code was scanned or typed.
import { normalise } from "../codes.js";
import { signal } from "../signals.js";
import { fill, say } from "../words.js";

const map = document.querySelector("table.plate");
const cells = [...map.querySelectorAll("td.filled")];
const panel = document.getElementById("well");
const AGAIN = "lims.review";
const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
const formOf = (well) => document.querySelector(`form[data-well="${well}"]`);
let here = null;

const placeOf = (cell) => [cell.parentElement.rowIndex, cell.cellIndex];

/** The nearest filled well from here in a direction, over empty ones. */
function beside(cell, [down, across]) {
  const [row, column] = placeOf(cell);
  for (let steps = 1; steps <= map.rows[0].cells.length; steps += 1) {
    const found = map.rows[row + down * steps]?.cells[column + across * steps];
    if (!found) return null;
    if (cells.includes(found)) return found;
  }
  return null;
}

const isOdd = (cell) => !cell.matches(".negative, .control");

function nextOdd(cell) {
  const after = cells.indexOf(cell) + 1;
  return [...cells.slice(after), ...cells.slice(0, after)].find(isOdd) ?? null;
}

/** Go to a well: the one that Tab reaches, and the one whose row stands in the panel. */
function go(cell) {
  if (!cell) return;
  here?.setAttribute("tabindex", "-1");
  here?.classList.remove("here");
  here = cell;
  cell.setAttribute("tabindex", "0");
  cell.classList.add("here");
  show(cell.dataset.well);
}

function show(well) {
  const row = document.querySelector(`tr[data-well="${well}"]`);
  if (!row) return;
  const heads = [...row.closest("table").tHead.rows[0].cells];
  panel.replaceChildren(
    ...[...row.cells].map((cell, index) => {
      const line = document.createElement("div");
      const [name, value] = [document.createElement("dt"), document.createElement("dd")];
      // A head may have two lines; innerText would keep them apart, but is empty while the table is folded away.
      name.textContent = [...heads[index].childNodes].map((node) => node.textContent.trim()).filter(Boolean).join(" ");
      value.append(...[...cell.childNodes].map((node) => node.cloneNode(true)));
      line.append(name, value);
      return line;
    }),
  );
  const choice = document.querySelector("[data-curves]");
  if (choice && choice.closest("details").open) choose(choice, well);
}

function choose(choice, well) {
  choice.value = well;
  choice.dispatchEvent(new Event("change", { bubbles: true }));
}

function opened(cell) {
  const form = formOf(cell.dataset.well);
  if (form) return form.querySelector("input, button").focus();
  const curves = document.querySelector("details[data-fragment]");
  if (!curves) return undefined;
  curves.open = true;
  const choice = curves.querySelector("[data-curves]");
  if (choice) choose(choice, cell.dataset.well);
  return curves.scrollIntoView({ block: "nearest" });
}

map.addEventListener("keydown", (event) => {
  const cell = event.target.closest("td.filled");
  if (!cell || event.ctrlKey || event.metaKey || event.altKey) return;
  const target = STEPS[event.key] ? beside(cell, STEPS[event.key]) : event.key.toLowerCase() === "n" ? nextOdd(cell) : null;
  if (STEPS[event.key] || event.key === "Enter" || event.key.toLowerCase() === "n") event.preventDefault();
  if (event.key === "Enter") opened(cell);
  else if (target) target.focus();
});
map.addEventListener("focusin", ({ target }) => go(target.closest("td.filled")));
map.addEventListener("click", ({ target }) => target.closest("td.filled")?.focus());

document.addEventListener("keydown", (event) => {
  const idle = !document.activeElement || document.activeElement === document.body;
  if (idle && STEPS[event.key]) {
    event.preventDefault();
    here?.focus();
  }
  const form = event.key === "Escape" && event.target.closest?.("form[data-well]");
  if (form) cells.find((cell) => cell.dataset.well === form.dataset.well)?.focus();
});

/** A release of a named tube waits for its own code. Listens before the form is sent. */
document.addEventListener(
  "submit",
  (event) => {
    const field = event.target.querySelector?.("[data-confirm]");
    if (!field || event.submitter?.value !== "approve") return;
    if (normalise(field.value) === field.dataset.confirm) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const sentence = field.value.trim() ? field.dataset.other : field.dataset.empty;
    event.target.querySelector(".said").textContent = "";
    say(fill(sentence, { scan: field.value.trim() }), "bad");
    signal("wrong");
    field.select();
  },
  { capture: true },
);

document.addEventListener("lims:done", ({ target }) => target.matches("form[data-well]") && sessionStorage.setItem(AGAIN, "yes"));

for (const cell of cells) cell.setAttribute("tabindex", "-1");
go(cells.find(isOdd) ?? cells[0]);
if (sessionStorage.getItem(AGAIN)) {
  sessionStorage.removeItem(AGAIN);
  (document.querySelector("form[data-well] [data-confirm]") ?? here)?.focus();
}
