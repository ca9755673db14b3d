// Confirming that tubes were thrown away: scan a rack, and what of it may go is gone; or scan tubes one by one.
import { understand } from "../codes.js";
import { scanField } from "../scan_field.js";
import { post } from "../send.js";
import { uuid7 } from "../uuid7.js";
import { told, words } from "../words.js";
import { tell } from "./log.js";

const at = (id) => document.getElementById(id);
const screen = told("screen");
let queue = Promise.resolve(); // one scan after another, in their order

async function answered(text) {
  const { code, kind, fault } = understand(text, screen.formats);
  if (kind && fault) return tell("misread", { code }, "wrong");
  if (kind !== "tube" && kind !== "place") return tell("neither", { code }, "wrong");
  const reason = at("reason").value.trim();
  if (!reason) return tell("reason", {}, "wrong");
  const what = kind === "place" ? { rack: code } : { tubes: [code] };
  const { ok, answer, sentence } = await post("/testing/api/discards", { id: uuid7(), lab: screen.lab, reason, ...what });
  if (!ok) return tell(sentence, {}, "wrong");
  at("stay").replaceChildren(...answer.kept.map((one) => Object.assign(document.createElement("li"), { textContent: one.detail })));
  if (kind === "tube") return tell("gone", { code }, "ok");
  return tell("gone_rack", { code, gone: answer.discarded.length, stay: answer.kept.length }, "ok");
}

if (at("scan")) scanField(at("scan"), at("keyboard"), (text) => (queue = queue.then(() => answered(text))));
