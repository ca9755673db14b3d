// The last scans of a bench page, each with what came of it: seen, heard and felt.
import { signal } from "../signals.js";
import { say, words } from "../words.js";

const SCANS_SHOWN = 5;
const at = (id) => document.getElementById(id);

/** Say a sentence of the page (or one of the server's, as it is); `kind` is ok, full, again or wrong. */
export function tell(name, facts, kind) {
  const sentence = words(name, facts);
  const tone = kind === "ok" || kind === "full" ? "good" : "bad";
  say(sentence, tone);
  signal(kind);
  const line = at("log-row").content.firstElementChild.cloneNode(true);
  line.dataset.tone = tone;
  line.querySelector(".at").textContent = new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  line.querySelector(".what").textContent = sentence;
  at("log").prepend(line);
  while (at("log").children.length > SCANS_SHOWN) at("log").lastElementChild.remove();
}
