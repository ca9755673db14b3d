// Labels looked at before they are printed: at every change drawn anew with real codes, and read by an independent reader.
import { post } from "../send.js";

const PAUSE = 300; // ms without a key, before the server is asked

const form = document.getElementById("look");
const place = document.getElementById("labels");
const pattern = document.getElementById("label");
const { source } = form.elements;
let waiting = 0;
let asked = 0;

function wish() {
  const { template, range, dpi, text, language, reprint } = form.elements;
  const look = { template: template.value, range: range.value, dpi: Number(dpi.value), text: text.value, language: language.value };
  return { ...look, reprint: reprint.checked, ...(source?.value.trim() ? { source: source.value } : {}) };
}

function tell(sentence) {
  const said = form.querySelector(".said");
  said.textContent = sentence;
  said.dataset.tone = sentence ? "bad" : "";
}

/** A picture is painted, not linked: the page takes pictures from nowhere but the server's own addresses. */
async function paint(canvas, picture) {
  const bytes = Uint8Array.from(atob(picture), (letter) => letter.charCodeAt(0));
  const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
  Object.assign(canvas, { width: image.width, height: image.height });
  canvas.getContext("2d").drawImage(image, 0, 0);
}

async function shown({ code, good, found, picture }) {
  const label = pattern.content.cloneNode(true);
  label.querySelector(".code").textContent = code;
  label.querySelector(good ? ".poor" : ".good").remove();
  label.querySelector(".found").textContent = found.join(", ") || "–";
  const canvas = label.querySelector("canvas");
  canvas.setAttribute("aria-label", code);
  await paint(canvas, picture);
  return label;
}

async function look() {
  if (!form.elements.range.value) return;
  asked += 1;
  const mine = asked;
  const told = await post("/sampling/api/label-preview", wish());
  if (mine !== asked) return; // another change came meanwhile; its answer counts
  tell(told.ok ? "" : told.sentence);
  const labels = told.ok ? await Promise.all(told.answer.labels.map(shown)) : [];
  if (mine === asked) place.replaceChildren(...labels);
}

function soon() {
  clearTimeout(waiting);
  waiting = setTimeout(look, PAUSE);
}

form.addEventListener("input", soon);
form.addEventListener("submit", (event) => event.preventDefault());

document.getElementById("copy")?.addEventListener("click", async () => {
  const answer = await fetch(`/sampling/labels/preview.toml?${new URLSearchParams({ template: form.elements.template.value })}`);
  if (answer.ok) source.value = await answer.text();
  soon();
});

document.getElementById("file")?.addEventListener("change", async (event) => {
  source.value = (await event.target.files[0]?.text()) ?? "";
  soon();
});

document.getElementById("keep")?.addEventListener("click", () => {
  const address = URL.createObjectURL(new Blob([source.value], { type: "text/plain" }));
  Object.assign(document.createElement("a"), { href: address, download: `${form.elements.template.value}.toml` }).click();
});

look();
