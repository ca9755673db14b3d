// Whom to call back, most urgent first: why, until when, what was tried. A tap notes what came of a call; it is kept on the
// device and sent by itself. Nothing is taken back: a later tap is another event, and the last one counts.
import { codeElement } from "../codes.js";
import { keepingPlace } from "../keeping_place.js";
import { uuid7 } from "../uuid7.js";
import { say, told, words } from "../words.js";
import { carry, learn, tell } from "./carrier.js";
import * as handingOver from "./handing_over.js";
import * as letters from "./letters.js";
import * as outbox from "./outbox.js";
import { kept, keep, latest } from "./recollections.js";
import { Refusal } from "./record.js";
import { now, nowText } from "./time.js";

const at = (id) => document.getElementById(id);
const piece = (id) => at(id).content.firstElementChild.cloneNode(true);
const screen = told("screen");
const MINUTE = 60000; // ms
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const AGAIN = 5 * MINUTE; // how often the list is asked for, and "due in" told anew
const DOUBLE = 2000; // ms: two taps so soon are one
let list = null;
let shown = 50;
let asking = Promise.resolve();

const pathOf = (person) => `/testing/api/cases/${encodeURIComponent(person.case)}/members/${person.position}`;
const waitingFor = (person) => letters.all().filter((letter) => person.case && letter.path === pathOf(person));
const sampledHere = (person) =>
  outbox.all().find(({ tube }) => tube.retest_of === person.tube && tube.members.some((member) => member.id_number === person.id_number));

/** Date and time at the site: the time alone today. */
function moment(iso) {
  const zone = { timeZone: screen.timezone };
  const day = (time) => new Intl.DateTimeFormat("sv-SE", zone).format(time);
  const clock = new Intl.DateTimeFormat("en-GB", { ...zone, hour: "2-digit", minute: "2-digit" }).format(new Date(iso));
  return day(new Date(iso)) === day(now()) ? clock : `${day(new Date(iso))} ${clock}`;
}

function duration(time) {
  const [days, hours, minutes] = [Math.floor(time / DAY), Math.floor(time / HOUR), Math.floor(time / MINUTE)];
  if (hours < 1) return words("minutes", { minutes });
  return days < 2 ? words("hours", { hours, minutes: minutes % 60 }) : words("days", { days, hours: hours % 24 });
}

/** What was tried, oldest first: as the server knows it, and what this device has still to send. */
function tried(person) {
  const own = waitingFor(person).map(({ body, standing }) => ({ ...body, by: "", waits: standing === "waiting", failed: standing === "problem" }));
  return [...person.tried, ...own].sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
}

function stateOf(person) {
  return after(tried(person).findLast((one) => one.waits)?.event) ?? person.state;
}

/** Who was taken over is to be called. */
const after = (event) => (event === "accepted" ? "to_recollect" : event);

function draw() {
  at("no-list").hidden = list !== null;
  at("nobody").hidden = list?.items.length !== 0;
  if (!list) return;
  const late = list.items.filter((person) => Date.parse(person.deadline) < now()).length;
  at("title").textContent = words(late ? "count_late" : "count_people", { count: list.items.length, late });
  at("as-of").textContent = words("as_of", { at: moment(list.at) });
  // Whoever was sampled again on this device waits for the network, not for a call.
  const people = list.items.toSorted((one, other) => Boolean(sampledHere(one)) - Boolean(sampledHere(other)));
  keepingPlace(() => at("people"), () => at("people").replaceChildren(...people.slice(0, shown).map(card)));
  at("more").hidden = people.length <= shown;
}

function card(person) {
  const line = piece("person");
  const part = (name) => line.querySelector(`.${name}`);
  const left = Date.parse(person.deadline) - now();
  const since = moment(person.since);
  const reason = told("rejection_reasons")[person.reason] ?? person.reason ?? "";
  line.dataset.key = handingOver.keyOf(person);
  line.classList.toggle("late", left < 0);
  part("who").textContent = person.name || person.id_number;
  part("number").textContent = person.id_number;
  part("state").append(piece(`state-${stateOf(person)}`));
  part("due").textContent = words(left < 0 ? "overdue" : "due", { time: duration(Math.abs(left)) });
  part("why").textContent = words(`why_${person.why}`, { reason, since, single: person.single });
  part("tube-of").textContent = words("position_of", { position: person.position, tube: person.tube });
  part("sample").href = `/sampling/?${new URLSearchParams({ retest_of: person.tube, position: person.position })}`;
  part("trace").hidden = !person.case || person.site !== screen.site;
  part("trace").href = `/sampling/cases/${encodeURIComponent(person.case)}/contacts`;
  drawPhone(person, part("phone"), part("no-phone"));
  drawEvents(person, line);
  drawTakeOver(person, line.querySelector(".take-over"));
  const again = sampledHere(person);
  part("sampled").hidden = !again;
  if (again) part("sampled").querySelector(".tube").textContent = words("sampled_here", { tube: again.tube.barcode });
  part("tried").replaceChildren(...tried(person).map(attempt).reverse());
  return line;
}

function drawPhone({ phone }, link, none) {
  link.hidden = !phone;
  none.hidden = Boolean(phone);
  link.href = `tel:${phone.replace(/[^+0-9]/g, "")}`;
  link.textContent = phone;
}

function drawEvents(person, line) {
  const state = stateOf(person);
  line.querySelector(".events").hidden = !person.case;
  line.querySelector(".no-case").hidden = Boolean(person.case);
  for (const button of line.querySelectorAll("[data-event]")) {
    button.setAttribute("aria-pressed", String(button.dataset.event === state));
    const moves = button.dataset.event === "transferred";
    button.addEventListener("click", () => (moves ? handingOver.toggle(person, line) : note(person, button.dataset.event)));
  }
  handingOver.draw(person, line, (to) => note(person, "transferred", to));
}

/** Handed over to this site by another one: nobody else may call while both think the other does. */
function drawTakeOver(person, box) {
  const over = tried(person).findLast(({ event }) => event === "transferred");
  box.hidden = !person.take_over || stateOf(person) !== "transferred";
  box.parentElement.querySelector(".sample").classList.toggle("next", box.hidden);
  if (!box.hidden) box.querySelector(".from").textContent = words("handed_over", { by: over.by, site: person.site_name, at: moment(over.at) });
}

const wordOf = (one) => [told("events")[one.event], handingOver.whereto(one)].filter(Boolean).join(" ");

function attempt(one) {
  const line = piece("attempt");
  line.querySelector(".at").textContent = moment(one.at);
  line.querySelector(".what").textContent = [wordOf(one), one.note].filter(Boolean).join(" · ");
  line.querySelector(".by").textContent = one.waits ? words("to_be_sent") : one.by;
  if (one.failed) line.dataset.tone = "bad";
  return line;
}

/** Note what came of a call. */
async function note(person, event, to = {}) {
  const last = waitingFor(person).at(-1)?.body;
  if (last?.event === event && now() - Date.parse(last.at) < DOUBLE) return;
  const body = { id: uuid7(), event, at: nowText(), ...to };
  const facts = { position: person.position, tube: person.tube, event: wordOf(body) };
  try {
    await tell({ path: pathOf(person), body, site: screen.site, says: words("says", facts), proof: { id: person.case } });
    say(words("noted", { ...facts, name: person.name || person.id_number, at: moment(body.at) }), "good");
  } catch (fault) {
    if (!(fault instanceof Refusal)) throw fault;
    say(words(fault.message), "bad");
  }
  draw();
}

/** The server has it: so it stands in the list, too, until the next one comes. */
async function heard({ letter, outcomes = [] }) {
  const person = letter && list?.items.find((one) => one.case && pathOf(one) === letter.path);
  if (person && letter.standing === "received") {
    person.tried.push({ ...letter.body, by: document.querySelector(".person")?.textContent ?? "", note: "" });
    person.state = after(tried(person).at(-1).event);
    await keep(list);
  }
  draw();
  const cameBack = outcomes.some(({ record }) => record.tube.retest_of);
  if (cameBack || (letter && !letters.next(screen.site))) load();
}

/** Ask for the list, one question after the other: an older answer must not come last. */
function load() {
  asking = asking.then(ask);
  return asking;
}

/** Where nobody answers, the last list stays. */
async function ask() {
  const { attempted, list: fresh } = await latest(screen.site);
  learn(attempted);
  const left = fresh && list ? list.items.filter((one) => !fresh.items.some((other) => same(one, other))).length : 0;
  list = fresh ?? list;
  draw();
  if (left) say(words("left", { count: left }), "good");
}

const same = (one, other) => one.tube === other.tube && one.position === other.position;

at("more").addEventListener("click", () => {
  shown += 50;
  draw();
});
addEventListener("online", load);
document.addEventListener("visibilitychange", () => document.hidden || load());
await carry(screen, { heard });
list = await kept(screen.site);
draw();
await load();
setInterval(load, AGAIN);
