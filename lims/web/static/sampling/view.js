// The tube screen as it is seen: every function here draws, none decides.
import { codeElement } from "../codes.js";
import { keepingPlace } from "../keeping_place.js";
import { words } from "../words.js";
import { masked } from "./identity.js";

const at = (id) => document.getElementById(id);
const piece = (id) => at(id).content.firstElementChild.cloneNode(true);
const SCANS_SHOWN = 5;
const TUBES_SHOWN = 20;
const FIRST_SHOWN = ["problem", "open", "waiting"];

export function clock(iso) {
  return new Date(iso).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
}

/** The open tube with its people, or the wait for one. `act` has removed(position) and edited(position, field, input). */
export function drawTube(record, asks, act) {
  at("asks").textContent = asks;
  for (const id of ["current", "steps", "by-hand"]) at(id).hidden = !record;
  const members = record?.tube.members ?? [];
  at("tube").replaceChildren(record ? codeElement(record.tube.barcode) : "");
  at("count").textContent = record ? `${members.length} / ${record.tube.pool_size}` : "";
  const sealed = record?.standing === "waiting";
  at("count").dataset.sealed = sealed;
  at("last").textContent = members.length ? masked(members.at(-1)) : "";
  at("sealed-mark").hidden = !sealed;
  at("seal").textContent = words(sealed ? "send_tube" : "seal_tube");
  at("seal").disabled = members.length === 0;
  at("undo").disabled = members.length === 0;
  for (const button of document.querySelectorAll("[data-mode]")) button.disabled = Boolean(record) && !sealed;
  drawPeople(members, record?.tube.id, act);
}

/** The rows of people. Those that stay are not drawn anew: a name is noted while the phone number beside it is being typed. */
function drawPeople(members, tube, act) {
  const list = at("people");
  const before = list.lastElementChild;
  members.forEach((member, index) => {
    const [there, key] = [list.children[index], [tube, member.position, member.id_number].join(" ")];
    if (there?.dataset.key === key) fillIn(there, member);
    else list.insertBefore(personRow(member, tube, key, act), there ?? null);
  });
  while (list.children.length > members.length) list.lastElementChild.remove();
  // The list scrolls in itself: the scan field, the count and what was said stay where they are.
  if (list.lastElementChild !== before) list.scrollTop = list.scrollHeight;
}

/** What is known of somebody, but for what is being typed. */
function fillIn(row, member) {
  for (const field of ["name", "phone"]) {
    const input = row.querySelector(`.${field}`);
    if (input !== document.activeElement) input.value = member[field];
  }
}

/** Which kind of tube comes next, and why where there is no choice. */
export function drawMode({ mode, most, household, why }) {
  at("mode-swab_pool").textContent = words("pool_of", { size: most });
  at("mode-swab_pool").hidden = most === 1;
  at("mode-household").hidden = !household;
  for (const button of document.querySelectorAll("[data-mode]")) button.setAttribute("aria-pressed", String(button.dataset.mode === mode));
  at("answers").hidden = mode !== "single";
  at("why").textContent = why;
  at("why").hidden = !why;
}

function personRow(member, tube, key, act) {
  const row = piece("person-row");
  row.dataset.key = key;
  row.querySelector(".position").textContent = member.position;
  row.querySelector(".number-shown").textContent = member.id_number;
  for (const field of ["name", "phone"]) {
    const input = row.querySelector(`.${field}`);
    input.addEventListener("change", () => act.edited(tube, member.position, field, input));
    input.addEventListener("keydown", (event) => event.key === "Enter" && (event.preventDefault(), at("scan").focus()));
  }
  fillIn(row, member);
  row.querySelector(".remove").addEventListener("click", () => act.removed(member.position));
  return row;
}

/** One line of the last five scans; the newest stands on top. */
export function logScan(text, tone) {
  const line = piece("log-row");
  line.dataset.tone = tone;
  line.querySelector(".at").textContent = clock(new Date().toISOString());
  line.querySelector(".what").textContent = text;
  at("log").prepend(line);
  while (at("log").children.length > SCANS_SHOWN) at("log").lastElementChild.remove();
}

/** The tubes that are not safe yet, and the last that are. `act` has resumed, corrected, setAside, handed and shown, each given a record. */
export function drawOutbox(records, sent, site, act) {
  at("none-here").hidden = records.length > 0;
  at("send").hidden = !records.some((record) => record.standing === "waiting" && record.tube.site === site);
  // Those that need somebody come first; of those that only wait, a few are enough to see.
  const shown = records.toSorted((one, other) => FIRST_SHOWN.indexOf(one.standing) - FIRST_SHOWN.indexOf(other.standing)).slice(0, TUBES_SHOWN);
  keepingPlace(() => at("outbox"), () => at("outbox").replaceChildren(...shown.map((record) => outboxRow(record, site, act))));
  at("more-here").textContent = records.length > shown.length ? words("more_here", { count: records.length - shown.length }) : "";
  at("sent-title").hidden = sent.length === 0;
  at("sent").replaceChildren(...sent.map(sentRow));
}

function outboxRow(record, site, act) {
  const row = piece("outbox-row");
  row.dataset.key = record.tube.id;
  const foreign = record.tube.site !== site;
  row.querySelector(".tube").append(codeElement(record.tube.barcode));
  row.querySelector(".where").append(piece(`mark-${record.standing}`));
  row.querySelector(".reason").textContent = foreign ? words("of_other_site", { site: record.tube.site }) : record.detail;
  row.querySelector(".handed").textContent = record.handed ? words("handed_at", { at: clock(record.handed) }) : "";
  const buttons = { continue: ["open", act.resumed], correct: ["problem", act.corrected], aside: ["problem", act.setAside], hand: ["waiting", act.handed], show: ["waiting", act.shown] };
  for (const [name, [standing, does]] of Object.entries(buttons)) {
    const button = row.querySelector(`.${name}`);
    // What another device has registered cannot be put right here.
    const fits = record.standing === standing && !foreign && !(name === "correct" && record.outcome === "conflict");
    button.hidden = !fits;
    button.addEventListener("click", () => does(record));
  }
  return row;
}

function sentRow(line) {
  const row = piece("log-row");
  row.querySelector(".at").textContent = clock(line.sealed_at);
  row.querySelector(".what").append(codeElement(line.barcode), ` ${words("people", { count: line.count })} `, piece(`mark-${line.standing}`));
  return row;
}

const SHORT = {
  network: "offline_short", silent: "silent_short", server: "server_short", portal: "portal_short", busy: "busy_short",
  signed_out: "signed_out_short", refused: "refused_short", device: "device_short", database: "database_short", disk: "disk_short",
};
// What the server itself names as the cause.
const CAUSES = { database_unreachable: "database", disk_full: "disk" };

/** What the network is doing, and how many tubes the server does not have yet. */
export function drawNetwork({ kind: heard, answer = null, sentence = "" }, unsent) {
  const kind = CAUSES[answer?.code] ?? heard;
  const short = SHORT[kind] ?? "online";
  const badge = at("network");
  badge.className = `mark ${short === "online" ? (unsent ? "waiting" : "negative") : "problem"}`;
  const [state, count] = badge.children;
  state.textContent = words(short);
  count.textContent = ` · ${unsent ? words("unsent", { count: unsent }) : words("all_sent")}`;
  warn("network", short === "online" ? "" : words(`${kind}_long`, { sentence }));
  at("sign-in").hidden = kind !== "signed_out";
  at("look").hidden = kind !== "silent";
}

/** A standing sentence above the task, until what it says is over (`sentence` empty). */
export function warn(name, sentence) {
  const line = at(`warning-${name}`);
  if (line.textContent !== sentence) line.textContent = sentence;
  line.hidden = !sentence;
}

/** The scan field and the sentence at the bottom take the colour and the sign of what has just happened. */
export function flash(kind) {
  for (const place of [at("scan").closest(".field"), at("said")]) place.dataset.signal = kind;
}
