// The box screen as it is seen: every function here draws, none decides.
import { codeElement } from "../codes.js";
import { keepingPlace } from "../keeping_place.js";
import { words } from "../words.js";
import { count, inIt, isChanged } from "./box.js";
import { clock } from "./view.js";

const at = (id) => document.getElementById(id);
const piece = (id) => at(id).content.firstElementChild.cloneNode(true);

/** 09:31; with the day where that is not today. */
export function when(iso) {
  const day = new Date(iso).toLocaleDateString("sv-SE");
  return day === new Date().toLocaleDateString("sv-SE") ? clock(iso) : `${day} ${clock(iso)}`;
}

/** The open box with its tubes, or the wait for one; `out` is told which tube somebody takes out. */
export function drawBox(box, out) {
  for (const id of ["current", "steps"]) at(id).hidden = !box;
  at("asks").textContent = words(box ? "ask_tube" : "ask_box");
  at("box").replaceChildren(box ? codeElement(box.barcode) : "");
  at("count").textContent = box ? count(box) : "";
  at("seal").textContent = words(box?.sealed && !isChanged(box) ? "close_again" : "seal");
  at("undo").disabled = !box?.tubes.length;
  at("unknown-inside").hidden = !(box?.sealed && box.inside === null);
  at("tubes").replaceChildren(...(box ? inIt(box) : []).map((code) => tubeRow(box, code, out)));
}

function tubeRow(box, code, out) {
  const row = piece("tube-row");
  row.querySelector(".what").append(codeElement(code));
  row.querySelector(".unsure").hidden = !box.unsure.includes(code);
  const button = row.querySelector(".out");
  button.setAttribute("aria-label", words("take_out", { code }));
  button.addEventListener("click", () => out(code));
  return row;
}

/** Put what the server has drawn anew in the place of what stands there: the tubes that wait, the boxes of the site. */
export function renew(page) {
  for (const id of ["waiting", "boxes"]) keepingPlace(() => at(id), () => at(id).replaceChildren(...page.getElementById(id).childNodes));
}
