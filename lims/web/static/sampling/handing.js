// Handing boxes over: scan them, scan the vehicle; two people sign. What was scanned outlives a reload; without a network the departure
// is noted without a second signature, and waits on the device.
import { codeElement, understand } from "../codes.js";
import { scanField } from "../scan_field.js";
import { ask, post } from "../send.js";
import { signal } from "../signals.js";
import { uuid7 } from "../uuid7.js";
import { say, sayNext, told, words } from "../words.js";
import { when } from "./box_view.js";
import { cameraBeside } from "./camera.js";
import { carry, tell as send } from "./carrier.js";
import { Refusal } from "./record.js";
import * as time from "./time.js";
import { flash } from "./view.js";

const at = (id) => document.getElementById(id);
const screen = told("screen");
const KEPT = `lims.handover.${screen.site}`;
const LAB = "lims.handover.lab";
const SOUNDS = { twice: "again", wrong_kind: "kind", box_left: "over" };
const EMPTY = { boxes: [], vehicle: "", temperature: "" };
let handing = JSON.parse(localStorage.getItem(KEPT) ?? "null") ?? EMPTY;
let steps = carry({ site: screen.site }, { isIdle: () => handing.boxes.length === 0 && !at("scan").value && !at("here").password.value });

function keep(changes) {
  handing = { ...handing, ...changes };
  localStorage.setItem(KEPT, JSON.stringify(handing));
  draw();
}

function tell(sentence, kind) {
  say(sentence, ["ok", "full"].includes(kind) ? "good" : "bad");
  flash(kind);
  signal(kind);
}

/** Do something and tell what became of it: [sentence's name, facts, signal]; null where there is nothing to be told. */
function attempt(does) {
  steps = steps.then(does).then(
    (done) => done && tell(words(done[0], done[1]), done[2] ?? "ok"),
    (fault) => {
      if (!(fault instanceof Refusal)) console.error(fault);
      const name = fault instanceof Refusal ? fault.message : "device_broken";
      tell(words(name, fault.facts ?? {}), SOUNDS[name] ?? "wrong");
    },
  );
}

async function scanned(text) {
  const { code, kind, fault } = understand(text, screen.formats);
  if (kind && fault) throw new Refusal("misread", { code });
  if (kind === "vehicle") {
    keep({ vehicle: code });
    return ["vehicle", { code }];
  }
  if (!kind) throw new Refusal("not_understood", { code });
  if (kind !== "box") throw new Refusal("wrong_kind", { code, kind: told("kinds")[kind] });
  if (handing.boxes.some((box) => box.code === code)) throw new Refusal("twice", { code });
  return boxScanned(code);
}

/** Only a site may ask about a box that nobody carries yet. */
async function boxScanned(code) {
  const heard = screen.gives ? await ask(`/sampling/api/boxes/${encodeURIComponent(code)}`) : null;
  const box = heard?.ok ? heard.answer : null;
  if (box?.dispatched_at) throw new Refusal("box_left", { code, at: when(box.dispatched_at), lab: box.lab });
  const note = box?.sealed_at ? words("tubes", { count: box.tubes }) : heard?.kind === "refused" || box ? words("unknown") : "";
  keep({ boxes: [...handing.boxes, { code, note }] });
  const facts = { code, count: handing.boxes.length, tubes: box?.tubes };
  if (!heard) return ["added", facts];
  if (box?.directed_to && [...at("lab").options].some(({ value }) => value === box.directed_to)) {
    at("lab").value = box.directed_to;
    return ["added_directed", { ...facts, lab: box.directed_to }];
  }
  if (box?.sealed_at) return ["added_tubes", facts];
  return [heard.ok || heard.kind === "refused" ? "added_unknown" : "added_unasked", facts];
}

function takeOut(code) {
  keep({ boxes: handing.boxes.filter((box) => box.code !== code) });
  return ["removed", { code, count: handing.boxes.length }];
}

/** The hand-over as it is sent: one content keeps its id, so that a repeat after a network fault is the same one. */
function message() {
  if (handing.boxes.length === 0) throw new Refusal("no_boxes", {});
  if (!handing.vehicle) throw new Refusal("no_vehicle", {});
  const temperature = handing.temperature === "" ? null : Number(handing.temperature);
  const content = { lab: at("lab").value, vehicle: handing.vehicle, temperature_c: temperature, boxes: handing.boxes.map(({ code }) => ({ barcode: code })) };
  const same = handing.message?.content === JSON.stringify(content);
  if (!same) keep({ message: { content: JSON.stringify(content), id: uuid7(), at: time.nowText() } });
  return { ...content, id: handing.message.id, at: handing.message.at };
}

async function handOver(signature) {
  const heard = await post("/sampling/api/handovers", { ...message(), ...(signature ? { signature } : {}) });
  at("here").password.value = "";
  if (!heard.ok) {
    tell(heard.sentence, "wrong");
    return null;
  }
  sayNext(signature ? words("done", { count: heard.answer.boxes.length, taken: heard.answer.taken_by }) : "");
  localStorage.removeItem(KEPT);
  location.assign(`/sampling/handovers/${heard.answer.id}`);
  return null;
}

/** Without a second signature: one message a box, which waits here while there is no network. */
async function alone() {
  const { lab, vehicle, boxes } = message();
  for (const { barcode } of boxes) {
    const body = { id: uuid7(), lab, courier: at("courier").value.trim(), vehicle, at: time.nowText() };
    const path = `/sampling/api/boxes/${barcode}/dispatch`;
    await send({ path, body, site: screen.site, says: words("letter_gone", { code: barcode, lab }), proof: { barcode } });
    keep({ boxes: handing.boxes.filter((box) => box.code !== barcode) });
  }
  return ["gone", { count: boxes.length }, "full"];
}

function draw() {
  at("count").textContent = handing.boxes.length;
  at("vehicle").value = handing.vehicle;
  at("temperature").value = handing.temperature;
  at("handed").replaceChildren(...handing.boxes.toReversed().map(boxRow));
}

function boxRow({ code, note }) {
  const row = at("box-row").content.firstElementChild.cloneNode(true);
  row.querySelector(".what").append(codeElement(code));
  row.querySelector(".note").textContent = note;
  const button = row.querySelector(".out");
  button.setAttribute("aria-label", words("take_out", { code }));
  button.addEventListener("click", () => (at("scan").focus(), attempt(() => takeOut(code))));
  return row;
}

/** A scanner types into whatever has the focus: a code in the field of the vehicle is a scan. */
function vehicleTyped() {
  const { code, kind } = understand(at("vehicle").value, screen.formats);
  if (kind && kind !== "vehicle") {
    at("vehicle").value = handing.vehicle;
    attempt(() => scanned(code));
  } else {
    keep({ vehicle: kind ? code : at("vehicle").value.trim() });
  }
}

function listen() {
  const labs = [...at("lab").options].map((option) => option.value);
  if (labs.includes(localStorage.getItem(LAB))) at("lab").value = localStorage.getItem(LAB);
  at("lab").addEventListener("change", () => localStorage.setItem(LAB, at("lab").value));
  at("vehicle").addEventListener("change", vehicleTyped);
  at("temperature").addEventListener("change", () => keep({ temperature: at("temperature").value }));
  // What is scanned next is not a part of the temperature.
  at("temperature").addEventListener("keydown", ({ key }) => key === "Enter" && at("scan").focus({ preventScroll: true }));
  at("here").addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(() => handOver(Object.fromEntries(new FormData(event.target))));
  });
  at("elsewhere").addEventListener("click", () => attempt(() => handOver(null)));
  at("alone").addEventListener("click", () => attempt(alone));
  scanField(at("scan"), at("keyboard"), (text) => attempt(() => scanned(text)));
  cameraBeside(at("scan"), (text) => attempt(() => scanned(text)));
}

listen();
draw();
