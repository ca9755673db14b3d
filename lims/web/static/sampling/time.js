// What time it is. The device's clock may be wrong; by how much is learnt from the server's answers. Small differences are left alone.
import { read, write } from "./store.js";

const LEFT_ALONE = 120000; // ms
const TIMES = ["opened_at", "sealed_at", "collected_at", "at"];
let ahead = 0; // ms that the device's clock is ahead of the server's
let learnt = false;
let looked = { wall: Date.now(), steady: performance.now() };

/** `earliest`: it cannot be earlier than this day, as the page was made on it; a clock that was never set says 1970. */
export async function prepare(earliest) {
  ahead = (await read("notes", "ahead")) ?? 0;
  ahead = Math.min(ahead, Date.now() - Date.parse(earliest));
}

/** The time as the server would tell it (ms). Here no time passes backwards: a clock that was set back has become that much wronger. */
export function now() {
  const wall = Date.now();
  const steady = performance.now(); // it may rest while the device sleeps, and never runs ahead
  const back = steady - looked.steady - (wall - looked.wall);
  looked = { wall, steady };
  if (back > LEFT_ALONE) remember(ahead - back);
  return wall - ahead;
}

export const nowText = () => new Date(now()).toISOString();
export const deviceIsAhead = () => ahead;
/** Whether the server has told the time since this page was opened. */
export const known = () => learnt;

/** The server answered at this moment of its own clock (ms; NaN where it did not say). */
export function learn(serverTime) {
  if (Number.isNaN(serverTime)) return;
  learnt = true;
  const found = Date.now() - serverTime;
  const kept = Math.abs(found) > LEFT_ALONE ? found : 0;
  if (Math.abs(kept - ahead) > LEFT_ALONE) remember(kept);
}

function remember(found) {
  ahead = found;
  write(["notes", ahead, "ahead"]).catch(() => {});
}

/**
 * A record with its times as the server's clock would have told them; once, before it is sent for the first time, as a
 * repeat must say the same. Nothing has happened in the future, whatever the clock has done since: what says so has never
 * been taken by the server, and is put right again.
 */
export function timed(record) {
  return putRight(record, (copy) => [copy.tube, ...copy.tube.members]);
}

/** The same for the body of a letter. */
export function timedLetter(letter) {
  return putRight(letter, (copy) => [copy.body]);
}

/** A copy with the times moved in the documents that `documentsOf` names; they were written when the device was believed to be `kept.ahead` ahead. */
function putRight(kept, documentsOf) {
  const copy = structuredClone(kept);
  const places = documentsOf(copy).flatMap((document) => TIMES.filter((name) => document[name]).map((name) => [document, name]));
  const latest = Math.max(...places.map(([document, name]) => Date.parse(document[name])));
  if (kept.timed && !(latest - now() > LEFT_ALONE)) return kept;
  const told = (kept.ahead ?? 0) - ahead;
  const shift = told - Math.max(latest + told - now(), 0);
  if (places.length && Math.abs(shift) > LEFT_ALONE) {
    for (const [document, name] of places) document[name] = new Date(Date.parse(document[name]) + shift).toISOString();
  }
  return Object.assign(copy, { timed: true, ahead });
}
