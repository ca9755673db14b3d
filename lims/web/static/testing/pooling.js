// Mixing aliquot pools: scan a new tube, then its members; each is answered at once. Enter alone makes the pool.
import { codeElement, understand } from "../codes.js";
import { scanField } from "../scan_field.js";
import { ask, post } from "../send.js";
import { uuid7 } from "../uuid7.js";
import { told, words } from "../words.js";
import { tell } from "./log.js";

const at = (id) => document.getElementById(id);
const screen = told("screen");
const FEWEST = 2;
const POOLS_SHOWN = 10;
let pool = null; // {code, id}: the tube that is mixed in, and the message that will say so
let members = new Map(); // code → the largest pool it may be in
let queue = Promise.resolve(); // one scan after another, in their order
let made = [];

const most = () => Math.min(screen.most, ...members.values());

function scanned(text) {
  queue = queue.then(() => answered(text));
}

async function answered(text) {
  const { code, kind, fault } = understand(text, screen.formats);
  if (kind && fault) return tell("misread", { code }, "wrong");
  if (kind && kind !== "tube") return tell("neither", { code }, "wrong");
  if (pool?.code === code) return tell("is_pool", { code }, "again");
  if (members.has(code)) return tell("again", { code }, "again");
  if (pool && members.size >= most()) return tell("full", {}, "wrong");
  const part = pool ? "member" : "pool";
  const query = new URLSearchParams({ lab: screen.lab, assay: at("assay").value, as: part });
  const { ok, answer, sentence } = await ask(`/testing/api/pools/candidates/${encodeURIComponent(code)}?${query}`);
  if (!ok) return tell(sentence, {}, "wrong");
  if (part === "pool") {
    pool = { code, id: uuid7() };
    tell("pool", { code }, "ok");
  } else if (answer.most <= members.size) {
    return tell("full", {}, "wrong");
  } else {
    members.set(code, answer.most);
    tell(answer.rack ? "member_at" : "member", { ...answer, code, number: members.size }, members.size === most() ? "full" : "ok");
  }
  return draw();
}

function draw() {
  at("current").hidden = pool === null;
  at("asks").textContent = words(pool ? "ask_member" : "ask_pool");
  if (!pool) return;
  at("pool").replaceChildren(codeElement(pool.code));
  at("count").textContent = words("count", { number: members.size, most: most() });
  at("make").disabled = members.size < FEWEST;
  at("auto").disabled = members.size > 0;
  at("members").replaceChildren(...[...members.keys()].map((code) => listed(codeElement(code))));
}

function listed(...content) {
  const item = document.createElement("li");
  item.append(...content);
  return item;
}

async function make(chosen) {
  if (!pool) return tell("first_pool", {}, "wrong");
  if (Array.isArray(chosen) && chosen.length < FEWEST) return tell("few", {}, "wrong");
  const message = { id: pool.id, barcode: pool.code, lab: screen.lab, members: chosen, assay: at("assay").value };
  if (chosen === "auto") message.size = Number(at("size").value);
  const { ok, kind, answer, sentence } = await post("/testing/api/pools", message);
  if (!ok) {
    // After a refusal the pool is another message; after a fault of the network the same one is sent again.
    if (kind === "refused") pool.id = uuid7();
    return tell(sentence, {}, "wrong");
  }
  tell("made", { code: answer.barcode, number: answer.members.length }, "full");
  made = [...made, answer.barcode];
  at("made").hidden = false;
  at("list").href = `/testing/pools/pick-list.pdf?pools=${made.map(encodeURIComponent).join(",")}`;
  clear();
  return propose();
}

function clear() {
  pool = null;
  members = new Map();
  draw();
}

/** A press takes its turn: a member whose answer is still on its way must not end up in the pool that comes next. */
function drop() {
  if (!pool) return;
  tell("dropped", { code: pool.code }, "again");
  clear();
}

async function propose() {
  const query = new URLSearchParams({ lab: screen.lab, assay: at("assay").value, size: at("size").value });
  const { ok, answer, sentence } = await ask(`/testing/api/pools/proposal?${query}`);
  if (!ok) {
    at("sums").textContent = sentence;
    return;
  }
  at("sums").textContent = words("sums", { waiting: answer.waiting, pools: answer.pools.length, left: answer.left });
  at("proposed").replaceChildren(...answer.pools.slice(0, POOLS_SHOWN).map(drawnProposal));
}

function drawnProposal(picks) {
  const details = document.createElement("details");
  const summary = document.createElement("summary");
  summary.textContent = words("proposed", { number: picks.length });
  const list = document.createElement("ol");
  list.className = "codes";
  list.append(...picks.map((pick) => listed(codeElement(pick.tube), pick.rack ? ` ${pick.place} · ${pick.rack} · ${pick.position}` : ` ${words("nowhere")}`)));
  details.append(summary, list);
  return listed(details);
}

if (at("scan")) {
  const input = at("scan");
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !input.value.trim()) queue = queue.then(() => pool && make([...members.keys()]));
  });
  scanField(input, at("keyboard"), scanned);
  at("make").addEventListener("click", () => (queue = queue.then(() => make([...members.keys()]))));
  at("auto").addEventListener("click", () => (queue = queue.then(() => make("auto"))));
  at("drop").addEventListener("click", () => {
    input.focus();
    queue = queue.then(drop);
  });
  at("assay").addEventListener("change", () => at("assay").form.submit());
  at("size").addEventListener("change", propose);
  addEventListener("beforeunload", (event) => members.size > 0 && event.preventDefault());
  propose();
}
