// The outbox as QR codes on this screen, one after the other, over and over: who reads them may miss some, and take them in any order.
import { words } from "../words.js";
import { noteHanded, sealed } from "./outbox_file.js";
import { qr } from "./qr.js";
import { Refusal } from "./record.js";
import { cutUp } from "./series.js";
import { press } from "./steps.js";

const at = (id) => document.getElementById(id);
const QUIET = 4; // modules around the code
const LARGEST = 640; // px
const LONGEST = 300; // codes: longer than anybody holds a scanner before a screen
const PACES = [500, 750, 1000, 1500, 2000, 3000, 5000]; // ms a code
const KEPT = "lims.series.pace";
let pace = Number(localStorage.getItem(KEPT) ?? 3);
let series = null; // {of, parts, records, made}: `of` says of which tubes
let place = 0;
let seen = new Set();
let timer = null;
let lock = null;

export const isShowing = () => at("series").open;

/** Show these records, or all that wait at a site; answers as the steps of the desk do. */
export async function showCodes(site, chosen = undefined) {
  const { envelope, records, made } = await sealed(site, chosen);
  const of = JSON.stringify(records.map(({ tube }) => [tube.id, tube.revision]));
  // The same tubes are the same series again: who has read half of it needs only the other half.
  if (series?.of !== of) {
    const parts = cutUp(envelope);
    if (parts.length > LONGEST) throw new Refusal("series_long", { count: records.length, codes: parts.length });
    series = { of, parts, records, made };
    place = 0;
    seen = new Set();
  }
  at("series").showModal();
  at("series-steps").hidden = at("series-paces").hidden = series.parts.length === 1;
  stayAwake();
  play(series.parts.length > 1);
  draw();
  return [words("series_shown", { count: records.length, codes: series.parts.length }), "ok"];
}

async function closed() {
  play(false);
  lock?.release();
  lock = null;
  const { parts, records, made } = series;
  const facts = { count: records.length, codes: parts.length, seen: seen.size };
  if (seen.size < parts.length) return [words("series_partly", facts), "again"];
  await noteHanded(records, made);
  return [words("series_whole", facts), "ok"];
}

function step(by) {
  place = (place + by + series.parts.length) % series.parts.length;
  draw();
}

function play(on) {
  clearInterval(timer);
  timer = on ? setInterval(step, PACES[pace], 1) : null;
  at("series-play").setAttribute("aria-pressed", String(on));
  at("series-pace").textContent = words("series_pace", { seconds: PACES[pace] / 1000 });
  at("series-slower").disabled = pace === PACES.length - 1;
  at("series-faster").disabled = pace === 0;
  // A button that can do no more loses the focus, and with it the arrow keys.
  if (document.activeElement?.disabled) at("series-play").focus();
}

function setPace(by) {
  pace = Math.min(Math.max(pace + by, 0), PACES.length - 1);
  localStorage.setItem(KEPT, pace);
  play(true);
}

function draw() {
  seen.add(place);
  const facts = { number: place + 1, of: series.parts.length };
  at("series-place").textContent = `${facts.number} / ${facts.of}`;
  at("series-seen").textContent = words("series_seen", { count: seen.size });
  at("series-code").setAttribute("aria-label", words("series_code", facts));
  paint(qr(series.parts[place]));
}

/** Every module is as many dots of the screen as every other: a code that was stretched is read badly. */
function paint(rows) {
  const side = rows.length + 2 * QUIET;
  const { width, height } = at("series-room").getBoundingClientRect();
  const dots = Math.max(1, Math.floor((Math.min(width, height, LARGEST) * devicePixelRatio) / side));
  const canvas = at("series-code");
  canvas.width = canvas.height = side * dots;
  canvas.style.width = `${(side * dots) / devicePixelRatio}px`;
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.fillStyle = "#000";
  rows.forEach((row, y) => row.forEach((dark, x) => dark && pen.fillRect((x + QUIET) * dots, (y + QUIET) * dots, dots, dots)));
}

/** A screen that goes dark shows no codes; where the browser cannot prevent it, a touch now and then does. */
async function stayAwake() {
  const mine = await navigator.wakeLock?.request("screen").catch(() => null);
  if (isShowing()) lock = mine;
  else mine?.release();
}

export function listenToCodes() {
  const byHand = (by) => () => (play(false), step(by));
  const [back, next] = [byHand(-1), byHand(1)];
  at("series-back").addEventListener("click", back);
  at("series-next").addEventListener("click", next);
  at("series-play").addEventListener("click", () => play(timer === null));
  at("series-slower").addEventListener("click", () => setPace(1));
  at("series-faster").addEventListener("click", () => setPace(-1));
  at("series-done").addEventListener("click", () => at("series").close());
  at("series").addEventListener("close", () => {
    at("scan").blur(); // Chromium gives the focus back to a field that then takes no letters, until it has lost the focus once
    press(closed);
  });
  at("series").addEventListener("keydown", ({ key }) => ({ ArrowLeft: back, ArrowRight: next })[key]?.());
  document.addEventListener("visibilitychange", () => !document.hidden && isShowing() && stayAwake());
  addEventListener("resize", () => isShowing() && draw());
}
