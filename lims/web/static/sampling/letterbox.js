// What waits on this device beside tubes, as it is seen: each letter with its standing, and the reason where the server said no.
import { keepingPlace } from "../keeping_place.js";
import { words } from "../words.js";
import * as letters from "./letters.js";
import { sendNow } from "./sender.js";

const at = (id) => document.getElementById(id);
const piece = (id) => at(id).content.firstElementChild.cloneNode(true);

/** Draw the letters; `changed` is told when somebody has sent one again or taken it away. */
export function drawLetters(changed) {
  const kept = letters.all();
  at("letters-card").hidden = kept.length === 0;
  at("letters-unreadable").textContent = letters.unreadable ? words("unreadable_letters", { count: letters.unreadable }) : "";
  keepingPlace(() => at("letters"), () => at("letters").replaceChildren(...kept.map((letter) => row(letter, changed))));
}

function row(letter, changed) {
  const line = piece("letter-row");
  line.dataset.key = letter.id;
  line.querySelector(".what").textContent = letter.says;
  line.querySelector(".where").append(piece(`letter-${letter.standing}`));
  line.querySelector(".reason").textContent = letter.detail;
  const acts = { again: () => letters.again(letter.id).then(sendNow), away: () => letters.drop(letter.id) };
  for (const [name, does] of Object.entries(acts)) {
    const button = line.querySelector(`.${name}`);
    button.hidden = letter.standing !== "problem";
    button.addEventListener("click", () => does().finally(changed));
  }
  return line;
}
