// The field at the top of every page of the bench: what is scanned while nothing else is being typed in lands there and is opened.
// On a tube's page a reason of rejection is the second scan: it rejects the tube.
import { normalise } from "../codes.js";
import { post } from "../send.js";
import { signal } from "../signals.js";
import { say, words } from "../words.js";

const form = document.getElementById("find");
const input = form.elements.code;
const rejecting = document.querySelector("form[data-rejects]");

function reasonOf(scan) {
  const code = normalise(scan);
  return [...(rejecting?.querySelectorAll("option[data-code]") ?? [])].find((option) => option.dataset.code === code);
}

async function entered(scan) {
  const reason = reasonOf(scan);
  if (reason) {
    rejecting.elements.reason.value = reason.value;
    return rejecting.requestSubmit();
  }
  say(words("working"));
  const { ok, kind, answer, sentence } = await post("/testing/api/find", { code: scan });
  if (ok) return location.assign(answer.opens);
  say(sentence, "bad");
  return signal(kind === "refused" ? "wrong" : "problem");
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const scan = input.value;
  input.value = "";
  if (scan.trim()) entered(scan);
});
rejecting?.addEventListener("lims:done", () => signal("ok"));

document.addEventListener("keydown", ({ key, ctrlKey, metaKey, altKey }) => {
  const typing = document.activeElement && document.activeElement !== document.body;
  if (!typing && key.length === 1 && !ctrlKey && !metaKey && !altKey) input.focus({ preventScroll: true });
});
if (document.querySelector("[data-find-first]")) {
  // A phone keeps its keyboard away until the field is tapped; a scanner needs none.
  input.setAttribute("inputmode", "none");
  input.addEventListener("pointerdown", () => input.removeAttribute("inputmode"));
  input.focus({ preventScroll: true });
}
