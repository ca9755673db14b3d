// The last scans of a bench page, each with what came of it: seen, heard and felt.
import { signal } from "../signals.js";
import { say, words } from "../words.js";

const SCANS_SHOWN = 5;
const at = (id) => document.getElementById(id);

function span(classes, text) {
  return Object.assign(document.createElement("span"), { className: classes, textContent: text });
}

/** Say a sentence of the page (or one of the server's, as it is); `kind` is a signal: ok and full are good. */
export function tell(name, facts, kind) {
  const sentence = words(name, facts);
  const tone = kind === "ok" || kind === "full" ? "good" : "bad";
  say(sentence, tone);
  signal(kind);
  const line = document.createElement("li");
  line.dataset.tone = tone;
  const now = new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  line.append(span("at small soft", now), " ", span("what", sentence));
  at("log").prepend(line);
  while (at("log").children.length > SCANS_SHOWN) at("log").lastElementChild.remove();
}
