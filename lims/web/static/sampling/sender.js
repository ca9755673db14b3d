// Sends what waits, tubes before letters (a box names its tubes), and hears what became of it: at once when idle, later and later when nobody answers.
// A tube leaves the device only when the server names it safe, in the very revision that is kept here; the server knows repeats.
import { ask, post } from "../send.js";
import * as letters from "./letters.js";
import * as outbox from "./outbox.js";
import { askedToWait, batch, pause } from "./pace.js";
import { inOurLanguage } from "./phrases.js";
import { noteSampled } from "./roster.js";
import { askWhoWeAre } from "./this_device.js";
import * as time from "./time.js";

const SAFE = { accepted: "received", already_have: "received", held: "held" };
const HEARTBEAT = 15000; // ms
const TOO_LONG = 413;
let most = 50;
let failures = 0;
let busy = false;
let resting = false;
let timer = null;
let notBefore = 0; // by performance.now(), which no wrong clock moves
let asked = 0; // until when the server has asked us to wait
let site = "";
let hear = () => {};
let isHeld = () => false;

/** From now on, send the sealed tubes of this site but those `held`; `heard` is told {kind, sentence, outcomes} of every attempt. */
export function start(ofSite, heard, held = () => false) {
  site = ofSite;
  hear = heard;
  isHeld = held;
  addEventListener("online", sendNow);
  setInterval(sendSoon, HEARTBEAT); // whatever else has gone wrong, what waits is looked at again
  sendSoon();
}

/** Another window has taken over. */
export function stop() {
  resting = true;
  clearTimeout(timer);
}

/** Something waits: send it, unless we are holding back. */
export function sendSoon() {
  if (performance.now() >= notBefore) run();
}

/** Somebody wants it now: hold back no longer, but as long as the server itself has asked. */
export function sendNow() {
  if (performance.now() >= asked) run();
}

export const isBusy = () => busy;
const sealed = () => outbox.all().filter((record) => record.standing === "waiting" && record.tube.site === site);
const waiting = () => sealed().filter((record) => !isHeld(record));

async function run() {
  if (busy || resting) return;
  busy = true;
  clearTimeout(timer);
  try {
    for (let next = waiting(); next.length; next = waiting()) {
      const heard = await sendBatch(batch(next, most)).catch(notKept);
      // Somebody on the way takes only shorter messages: at once a shorter one, as long as there is one.
      if (heard.status === TOO_LONG && heard.tried > 1) {
        most = Math.floor(heard.tried / 2);
        continue;
      }
      hear(heard);
      if (heard.kind !== "done") return holdBack(heard);
      failures = notBefore = asked = 0;
    }
    for (let next = letters.next(site); next && !sealed().length; next = letters.next(site)) {
      const heard = await sendLetter(next).catch(notKept);
      hear(heard);
      if (heard.kind !== "done") return holdBack(heard);
      failures = notBefore = asked = 0;
    }
  } finally {
    busy = false;
  }
}

function notKept(fault) {
  return { kind: "device", sentence: fault.message, outcomes: [] };
}

function holdBack({ retryAfter }) {
  failures += 1;
  const wait = askedToWait(retryAfter, time.now());
  asked = performance.now() + wait;
  const rest = Math.max(wait, pause(failures));
  notBefore = performance.now() + rest;
  timer = setTimeout(run, rest);
}

/** Before anything goes out: what time is it, and is it our server that answers? Null where it is, else what was heard. */
async function strange() {
  if (time.known()) return null;
  const alive = await ask("/healthz");
  if (!alive.ok) return { ...alive, outcomes: [] };
  time.learn(alive.at);
  return null;
}

async function sendLetter(letter) {
  return (await strange()) ?? { outcomes: [], ...(await letters.send(letter)) };
}

async function sendBatch(records) {
  const unknown = await strange();
  if (unknown) return unknown;
  await askWhoWeAre();
  const ready = records.map(time.timed);
  if (ready.some((record, place) => record !== records[place])) await outbox.keep(...ready);
  const answer = await post("/sampling/api/sync", { device: outbox.device(), sent_at: time.nowText(), tubes: ready.map((record) => record.tube) });
  time.learn(answer.at);
  if (!answer.ok) return { ...answer, sentence: inOurLanguage(answer.sentence), outcomes: [], tried: ready.length };
  // A foreign network's login page may answer 200, too: only a receipt with outcomes counts.
  const lines = answer.answer?.receipt && Array.isArray(answer.answer.tubes) ? answer.answer.tubes : [];
  const outcomes = [];
  for (const line of lines) {
    const settled = await settle(line);
    if (settled) outcomes.push(settled);
  }
  return { ...answer, kind: outcomes.length ? "done" : "portal", outcomes };
}

async function settle(line) {
  const record = outbox.find(line.id);
  if (!record || record.tube.revision !== line.revision) return null;
  const detail = inOurLanguage(line.detail ?? "");
  const standing = SAFE[line.outcome];
  if (standing) {
    await noteSampled(record.tube.members).catch(() => {}); // a count, never worth holding a tube back
    await outbox.noteSafe(record, standing);
  } else if (["refused", "conflict"].includes(line.outcome)) await outbox.keep({ ...record, standing: "problem", outcome: line.outcome, detail });
  else return null;
  return { record, standing: standing ?? "problem", detail };
}
