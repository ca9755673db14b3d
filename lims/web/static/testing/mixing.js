// Mixing the sub-pools that a scheme wants: scan a new tube, then the members of one sub-pool, in any order. Enter alone makes it.
import { codeElement, understand } from "../codes.js";
import { scanField } from "../scan_field.js";
import { post } from "../send.js";
import { uuid7 } from "../uuid7.js";
import { sayNext, told, words } from "../words.js";
import { tell } from "./log.js";

const at = (id) => document.getElementById(id);
const screen = told("screen");
const api = `/testing/api/cases/${encodeURIComponent(screen.case)}`;
let pool = null; // {code, id}: the tube that is mixed in, and the message that will say so
let wish = null; // the sub-pool that is being scanned together
let held = new Set();
let queue = Promise.resolve(); // one thing after another, in their order

const wishes = () => [...document.querySelectorAll(".wish")];
const tubesOf = (one) => one.dataset.tubes.split(" ");

function scanned(text) {
  queue = queue.then(() => answered(text));
}

function answered(text) {
  const { code, kind, fault } = understand(text, screen.formats);
  if (kind && fault) return tell("misread", { code }, "wrong");
  if (kind && kind !== "tube") return tell("neither", { code }, "wrong");
  const home = wishes().find((one) => tubesOf(one).includes(code));
  if (!pool) return home ? tell("is_member", { code }, "wrong") : begun(code);
  if (held.has(code) || code === pool.code) return tell("again", { code }, "again");
  if (!home) return tell("strange", { code }, "wrong");
  if (wish && home !== wish) return tell("other", { code }, "wrong");
  wish = home;
  held.add(code);
  const number = held.size;
  const most = tubesOf(wish).length;
  tell(number === most ? "complete" : "member", { code, number, most }, number === most ? "full" : "ok");
  return draw();
}

function begun(code) {
  pool = { code, id: uuid7() };
  tell("pool", { code }, "ok");
  draw();
}

function draw() {
  const complete = wish !== null && held.size === tubesOf(wish).length;
  at("pool").hidden = pool === null;
  at("pool-code").replaceChildren(...(pool ? [codeElement(pool.code)] : []));
  at("asks").textContent = words(pool === null ? "ask_pool" : complete ? "ask_enter" : "ask_member");
  for (const one of wishes()) {
    one.toggleAttribute("data-current", one === wish);
    one.querySelector(".as-listed").disabled = pool === null || (wish !== null && one !== wish);
    one.querySelector(".ticked").textContent = one === wish ? `${held.size} / ${tubesOf(one).length}` : "";
    for (const item of one.querySelectorAll("li")) item.toggleAttribute("data-in", held.has(item.dataset.tube));
  }
}

async function make(chosen, members) {
  if (!pool) return tell("first_pool", {}, "wrong");
  const lacking = chosen ? tubesOf(chosen).length - members.length : wishes().length;
  if (!chosen || lacking) return tell("few", { number: lacking }, "wrong");
  const { ok, kind, sentence } = await post(`${api}/sub-pools`, { id: pool.id, barcode: pool.code, members });
  if (!ok) {
    // After a refusal the sub-pool is another message; after a fault of the network the same one is sent again.
    if (kind === "refused") pool.id = uuid7();
    return tell(sentence, {}, "wrong");
  }
  tell("made", { code: pool.code, number: members.length }, "full");
  chosen.remove();
  clear();
  if (wishes().length) return undefined;
  sayNext(words("all_made"));
  return location.reload();
}

function clear() {
  pool = null;
  wish = null;
  held = new Set();
  draw();
  at("scan").focus();
}

/** A press takes its turn: what is being made is not given up in the midst of it. */
function drop() {
  if (!pool) return;
  tell("dropped", { code: pool.code }, "again");
  clear();
}

async function missing(code) {
  const { ok, sentence } = await post(`${api}/tubes/${encodeURIComponent(code)}/aside`, { id: uuid7() });
  if (!ok) return tell(sentence, {}, "wrong");
  // What the others are mixed into may be another sub-pool now.
  sayNext(words("aside", { code }));
  return location.reload();
}

if (at("mixing")) {
  const input = at("scan");
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !input.value.trim()) queue = queue.then(() => pool && make(wish, [...held]));
  });
  scanField(input, at("keyboard"), scanned);
  at("drop").addEventListener("click", () => (queue = queue.then(drop)));
  at("mixing").addEventListener("click", ({ target }) => {
    const one = target.closest(".wish");
    if (target.matches(".as-listed")) queue = queue.then(() => make(one, tubesOf(one)));
    if (target.matches(".missing")) queue = queue.then(() => missing(target.closest("li").dataset.tube));
  });
  draw();
}
