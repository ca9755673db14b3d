// Forms that speak with the interface: <form method="dialog" data-api="/path/{field}" data-then="/page/{answer field}" data-done="Sentence">.
// <form data-download="/path/{field}"> fetches a file with its fields as the query, and says why where there is none.
// `dialog`: before this module runs a press does nothing, rather than putting what was typed into an address.
// A field's name is its place in the document; data-as says "list" (codes between blanks), "number" or "file".
import { ask } from "./send.js";
import { uuid7 } from "./uuid7.js";
import { fill, say, sayNext, words } from "./words.js";

const FORMS = "form[data-api]";
const DOWNLOADS = "form[data-download]";

function valueOf(field) {
  const text = field.value.trim();
  if (field.dataset.as === "list") return text.split(/[\s,;]+/).filter(Boolean);
  if (field.dataset.as === "number") return text === "" ? null : Number(text);
  return text;
}

function documentOf(form, pressed) {
  const fields = [...form.elements].filter((field) => field.name && field.type !== "submit" && !(field.type === "checkbox" && !field.checked));
  const json = Object.fromEntries(fields.map((field) => [field.name, valueOf(field)]).filter(([, value]) => value !== null && value !== ""));
  if (pressed?.name) json[pressed.name] = pressed.value;
  if (pressed?.dataset.reason) json.reason = pressed.dataset.reason;
  if (pressed?.dataset.tubes) json.tubes = pressed.dataset.tubes.split(" ");
  return json;
}

/** One id for one content: sent again after a network fault it is the same message, changed it is another. */
function idFor(form, json) {
  const content = JSON.stringify(json);
  if (form.dataset.content !== content) {
    form.dataset.content = content;
    form.dataset.id = uuid7();
  }
  return form.dataset.id;
}

async function submitted(event) {
  const form = event.target;
  if (form.matches(DOWNLOADS)) return download(event);
  if (!form.matches(FORMS)) return;
  event.preventDefault();
  const pressed = event.submitter;
  const stood = document.activeElement;
  const json = documentOf(form, pressed);
  const address = fill(form.dataset.api, Object.fromEntries(Object.entries(json).map(([name, value]) => [name, encodeURIComponent(value)])));
  const buttons = form.querySelectorAll("button");
  buttons.forEach((button) => (button.disabled = true));
  tell(form, words("working"), "");
  const file = form.querySelector('input[type="file"]');
  const given = file ? { method: "POST", form: new FormData(form) } : { method: "POST", json: { id: idFor(form, json), ...json } };
  const told = await ask(address, given);
  buttons.forEach((button) => (button.disabled = false));
  // A button that cannot be pressed loses the focus: whoever works by keyboard would begin again at the top of the page.
  if (document.activeElement === document.body) stood.focus({ preventScroll: true });
  if (told.ok) {
    done(form, { ...json, ...told.answer }, pressed);
  } else {
    tell(form, told.sentence, "bad");
  }
}

async function download(event) {
  event.preventDefault();
  const form = event.target;
  const fields = Object.fromEntries(new FormData(form));
  const address = fill(form.dataset.download, Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, encodeURIComponent(value.trim())])));
  tell(form, words("working"), "");
  const told = await ask(`${address}?${new URLSearchParams(fields)}`, { file: true });
  if (!told.ok) return tell(form, told.sentence, "bad");
  const link = document.createElement("a");
  link.href = URL.createObjectURL(told.answer.content);
  link.download = told.answer.name;
  link.click();
  URL.revokeObjectURL(link.href);
  return tell(form, words("downloaded", { name: told.answer.name }), "good");
}

async function done(form, facts, pressed) {
  delete form.dataset.content;
  const sentence = fill(saidOf(form, facts, pressed), facts);
  const until = [];
  form.dispatchEvent(new CustomEvent("lims:done", { bubbles: true, detail: { ...facts, until: (promise) => until.push(promise) } }));
  await Promise.allSettled(until);
  if (form.dataset.then === "stay") {
    tell(form, sentence, "good");
    return;
  }
  sayNext(sentence);
  if (form.dataset.then && !waits(form, facts)) location.assign(fill(form.dataset.then, facts));
  else location.reload();
}

/** An answer without what the next page is named by (`run: null`) means that something is still missing: data-waits says so. */
const waits = (form, facts) => Boolean(form.dataset.waits) && [...form.dataset.then.matchAll(/\{(\w+)/g)].some(([, name]) => facts[name] === null);

function saidOf(form, facts, pressed) {
  if (waits(form, facts)) return form.dataset.waits;
  if (facts.already_imported && form.dataset.again) return form.dataset.again;
  return pressed?.dataset.done || form.dataset.done || words("done");
}

function tell(form, sentence, tone) {
  const place = form.querySelector(".said");
  if (place) {
    place.textContent = sentence;
    place.dataset.tone = tone;
  } else {
    say(sentence, tone);
  }
}

/** The names of chosen files stand beside their button: the browser's own line would speak its own language. */
function chosen({ target }) {
  const names = target.matches(".choose-file input") && target.closest(".row")?.querySelector("[data-chosen]");
  if (names) names.textContent = [...target.files].map((file) => file.name).join(", ");
}

document.addEventListener("change", chosen);
document.addEventListener("submit", submitted);
