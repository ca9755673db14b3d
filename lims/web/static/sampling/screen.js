// The tube screen: what is pressed and typed goes to the desk step by step, and what became of it is drawn; sealed tubes are sent.
import { scanField } from "../scan_field.js";
import { say, told, words } from "../words.js";
import { cameraBeside } from "./camera.js";
import { add, asks, desk, discard, edit, release, remove, resume, sealOpen, setAside, take } from "./desk.js";
import { isShowing, listenToCodes, showCodes } from "./outbox_codes.js";
import { drawHanding, handOver } from "./outbox_file.js";
import * as identity from "./identity.js";
import { drawLetters } from "./letterbox.js";
import * as letters from "./letters.js";
import { begin as beginOffline } from "./offline.js";
import * as outbox from "./outbox.js";
import * as list from "./recollections.js";
import * as roster from "./roster.js";
import * as rosterPanel from "./roster_panel.js";
import { warnOfRoom } from "./room.js";
import { nextTube } from "./rule.js";
import { sendNow, start, stop } from "./sender.js";
import { attempt, begin, isIdle, press, receipt, scanned, tell } from "./steps.js";
import * as time from "./time.js";
import * as view from "./view.js";

const at = (id) => document.getElementById(id);
const screen = told("screen");
const { site } = screen;
const GROUP = "lims.group";
// A scanner types into whatever has the focus: a code at the end of a name is a scan.
const SCANNED_INTO = /^(.*?)([0-9]{17}[0-9Xx]|[0-9]{14})$/;
let reached = { kind: navigator.onLine ? "done" : "network" };

function edited(id, position, field, input) {
  const [, typed, scan] = SCANNED_INTO.exec(input.value.trim()) ?? [null, input.value.trim(), null];
  input.value = typed;
  if (typed) attempt("", () => edit(id, position, field, typed));
  if (scan) scanned(scan);
}

/** What an attempt to send has come to. */
function heard(attempted) {
  reached = attempted;
  for (const { record, standing, detail } of attempted.outcomes) {
    const name = { received: "confirmed", held: "held" }[standing] ?? "problem";
    const { barcode, members } = record.tube;
    const sentence = detail.includes(barcode) ? detail : words(name, { tube: barcode, count: members.length, detail });
    if (standing === "problem") tell(sentence, "problem");
    else receipt(sentence);
  }
  if (attempted.outcomes.some(({ record }) => record.tube.retest_of)) list.loadRecollections(site);
  drawAround();
}

function draw() {
  view.drawMode(nextTube());
  view.drawTube(desk.open, asks(), { removed: (position) => press(() => remove(position)), edited });
  at("recode").setAttribute("aria-pressed", String(desk.recoding));
  drawAround();
}

/** What stands beside the open tube: it may change while somebody is typing a name. */
function drawAround() {
  const records = outbox.all();
  const others = records.filter((record) => record.tube.id !== desk.open?.tube.id);
  view.drawOutbox(others, outbox.lastSent(), site, {
    resumed: (record) => press(() => resume(record)),
    corrected: (record) => press(() => resume(record)),
    setAside: (record) => press(() => setAside(record)),
    handed: (record) => press(() => handOver(site, [record])),
    shown: (record) => press(() => showCodes(site, [record])),
  });
  drawHanding(site);
  drawLetters(drawAround);
  rosterPanel.draw();
  view.drawNetwork(reached, records.filter((record) => record.standing !== "open").length + letters.all().length);
}

function typedIn(event) {
  event.preventDefault();
  const form = event.target;
  const person = Object.fromEntries(new FormData(form));
  press(async () => {
    const done = await add({ ...person, id_number: identity.canonical(person.id_number), name: person.name.trim(), phone: person.phone.trim() });
    form.reset();
    return done;
  });
}

/** A wish for the next tube and the next people takes its turn: who was scanned before it was scanned without it. */
function wish(wished) {
  Object.assign(desk, wished);
}

function listen() {
  for (const button of document.querySelectorAll("[data-mode]")) {
    button.addEventListener("click", () => press(() => wish({ mode: button.dataset.mode })));
  }
  at("seal").addEventListener("click", () => press(sealOpen));
  at("undo").addEventListener("click", () => press(() => remove()));
  at("discard").addEventListener("click", () => press(discard));
  at("recode").addEventListener("click", () => press(() => wish({ recoding: !desk.recoding })));
  at("person").addEventListener("submit", typedIn);
  at("hand-file").addEventListener("click", () => press(() => (release(), handOver(site))));
  at("hand-codes").addEventListener("click", () => press(() => (release(), showCodes(site))));
  listenToCodes();
  at("send").addEventListener("click", sendNow);
  at("group").addEventListener("change", () => {
    const group = at("group").value;
    localStorage.setItem(GROUP, group);
    press(() => wish({ group }));
  });
  at("recollection").addEventListener("change", draw);
  at("roster").addEventListener("toggle", rosterPanel.draw);
  rosterPanel.begin(draw);
  addEventListener("offline", () => heard({ kind: "network", outcomes: [] }));
  addEventListener("online", () => heard({ kind: "done", outcomes: [] }));
  scanField(at("scan"), at("keyboard"), scanned);
  cameraBeside(at("scan"), scanned);
}

/** One window at a time works with the tubes of a device: the one that was opened last. */
function takeTheDesk() {
  navigator.locks?.request("lims.desk", { steal: true }, () => new Promise(() => {})).catch(() => {
    stop();
    desk.open = null;
    draw();
    at("scan").disabled = true;
    tell(words("other_window"), "problem");
  });
}

/** Know what lies on this device, and put the tube that was open on the desk again. */
async function open() {
  try {
    await outbox.open();
    await letters.open(drawAround);
    await time.prepare(told("today"));
    await roster.open(site);
  } catch {
    view.warn("device", words("device_broken"));
  }
  const left = outbox.all().findLast((record) => record.standing === "open" && record.tube.site === site);
  if (left) take(left);
  const group = localStorage.getItem(GROUP);
  if (screen.groups.includes(group)) at("group").value = desk.group = group;
}

takeTheDesk();
const known = open();
begin(known, draw);
listen();
await known;
draw();
warnOfRoom();
beginOffline(() => isIdle() && !isShowing());
start(site, heard, (record) => record.tube.id === desk.open?.tube.id);
const listed = await list.loadRecollections(site);
if (!listed.ok) heard({ ...listed, outcomes: [] });
const asked = new URLSearchParams(location.search);
if (asked.has("retest_of") && !desk.open) {
  desk.mode = "single";
  list.choose(asked.get("retest_of"), asked.get("position"));
  draw();
  say(list.chosen() ? words("sample_now", list.chosen()) : words("not_listed"), list.chosen() ? "good" : "bad");
}
if (asked.has("needs_network")) say(words("needs_network"), "bad");
