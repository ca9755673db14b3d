// Choosing a scheme; an imported design is looked at by the server before it can be chosen.
import { post } from "../send.js";
import { uuid7 } from "../uuid7.js";
import { sayNext, words } from "../words.js";

const at = (id) => document.getElementById(id);
const form = at("choosing");
let design = null;
let sent = { content: "", id: "" };

const address = (what) => `/testing/api/cases/${encodeURIComponent(form.dataset.case)}/${what}`;
const others = () => form.dataset.others.split(" ").filter(Boolean);

function said(sentence, tone) {
  const place = form.querySelector(".said");
  place.textContent = sentence;
  place.dataset.tone = tone;
}

async function lookedAt(file) {
  design = await file.text();
  const { ok, answer, sentence } = await post(address("design"), { design, others: others(), prevalence: Number(form.dataset.prevalence) });
  const faults = ok ? answer.faults : [sentence];
  at("faults").replaceChildren(...faults.map(asItem));
  at("imported").hidden = faults.length > 0;
  if (faults.length) return;
  at("design-size").textContent = words("design", answer);
  at("design-expected").textContent = answer.expected.toFixed(1);
  at("design-worst").textContent = answer.worst;
  at("imported").querySelector("input").checked = true;
}

function asItem(text) {
  const item = document.createElement("li");
  item.textContent = text;
  return item;
}

async function choose(event) {
  event.preventDefault();
  const picked = form.querySelector('input[name="scheme"]:checked');
  const choice = { kind: picked.value, others: others(), prevalence: Number(form.dataset.prevalence), reason: form.elements.reason.value };
  if (picked.dataset.size) choice.size = Number(picked.dataset.size);
  if (picked.value === "design") choice.design = design;
  const content = JSON.stringify(choice);
  if (sent.content !== content) sent = { content, id: uuid7() };
  const button = form.querySelector("button.next");
  button.disabled = true;
  said(words("working"), "");
  const { ok, sentence } = await post(address("scheme"), { id: sent.id, ...choice });
  button.disabled = false;
  if (document.activeElement === document.body) button.focus({ preventScroll: true });
  if (!ok) return said(sentence, "bad");
  sayNext(words("chosen"));
  // Without the query: what was reckoned for the choice is no longer asked for.
  return location.assign(location.pathname);
}

if (form) {
  form.addEventListener("submit", choose);
  at("design-file").addEventListener("change", ({ target }) => target.files[0] && lookedAt(target.files[0]));
}
