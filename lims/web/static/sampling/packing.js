// Packing a box: scan the box, its tubes, the box again. What is scanned outlives a reload.
import { codeElement, understand } from "../codes.js";
import { scanField } from "../scan_field.js";
import { post } from "../send.js";
import { signal } from "../signals.js";
import { uuid7 } from "../uuid7.js";
import { say, sayNext, told, words } from "../words.js";
import { cameraBeside } from "./camera.js";
import { carry } from "./carrier.js";

const at = (id) => document.getElementById(id);
const screen = told("screen");
const KEPT = `lims.box.${screen.site}`;
let packing = JSON.parse(localStorage.getItem(KEPT) ?? "null");

function tell(name, facts, kind) {
  say(words(name, facts), kind === "ok" ? "good" : "bad");
  signal(kind);
}

function keep(next) {
  packing = next;
  if (packing) localStorage.setItem(KEPT, JSON.stringify(packing));
  else localStorage.removeItem(KEPT);
  draw();
}

function scanned(text) {
  const { code, kind, fault } = understand(text, screen.formats);
  if (kind && fault) return tell("misread", { code }, "wrong");
  if (!packing) return kind === "box" ? open(code) : tell("box_first", { code }, "wrong");
  if (kind === "box") return code === packing.barcode ? seal() : tell("other_box", { box: packing.barcode, count: packing.tubes.length, code }, "wrong");
  if (kind !== "tube") return tell("not_tube", { code }, "wrong");
  if (packing.tubes.includes(code)) return tell("twice", { code }, "again");
  keep({ ...packing, tubes: [...packing.tubes, code] });
  return tell("added", { code, count: packing.tubes.length }, "ok");
}

function open(barcode) {
  keep({ barcode, tubes: [] });
  tell("opened", { box: barcode }, "ok");
}

function undo() {
  const code = packing.tubes.at(-1);
  if (!code) return;
  keep({ ...packing, tubes: packing.tubes.slice(0, -1) });
  tell("removed", { code, count: packing.tubes.length }, "ok");
}

async function seal() {
  if (packing.tubes.length === 0) return tell("no_tubes", {}, "wrong");
  // The id is kept before it is sent: after a network fault the same message goes out again.
  const { content, message } = packing;
  const same = content === packing.tubes.join(" ");
  const now = same ? message : { id: uuid7(), barcode: packing.barcode, site: screen.site, tubes: packing.tubes, sealed_at: new Date().toISOString() };
  keep({ ...packing, content: packing.tubes.join(" "), message: now });
  const { ok, sentence } = await post("/sampling/api/boxes", now);
  if (!ok) {
    say(sentence, "bad");
    return signal("wrong");
  }
  sayNext(words("sealed", { box: packing.barcode, count: packing.tubes.length }));
  keep(null);
  return location.reload();
}

function draw() {
  for (const id of ["current", "steps"]) at(id).hidden = !packing;
  at("asks").textContent = words(packing ? "ask_tube" : "ask_box");
  at("box").replaceChildren(packing ? codeElement(packing.barcode) : "");
  at("count").textContent = packing ? packing.tubes.length : "";
  const rows = (packing?.tubes ?? []).map((code) => {
    const row = at("tube-row").content.firstElementChild.cloneNode(true);
    row.append(codeElement(code));
    return row;
  });
  at("tubes").replaceChildren(...rows.reverse());
}

function press(does) {
  return () => {
    does();
    at("scan").focus();
  };
}

at("seal").addEventListener("click", press(seal));
at("undo").addEventListener("click", press(undo));
at("empty").addEventListener("click", press(() => (keep(null), tell("emptied", {}, "ok"))));
scanField(at("scan"), at("keyboard"), scanned);
cameraBeside(at("scan"), scanned);
draw();
carry({ site: screen.site }, { isIdle: () => !packing && !at("scan").value });
