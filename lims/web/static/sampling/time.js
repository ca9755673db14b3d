// What time it is. The device's clock may be wrong; by how much is learnt from the server's answers. Small differences are left alone.
import { read, write } from "./store.js";

const LEFT_ALONE = 120000; // ms
const TIMES = ["opened_at", "sealed_at", "collected_at", "at"];
let ahead = 0; // ms that the device's clock is ahead of the server's
let learnt = false;

/** `earliest`: it cannot be earlier than this day, as the page was made on it; a clock that was never set says 1970. */
export async function prepare(earliest) {
  ahead = (await read("notes", "ahead")) ?? 0;
  ahead = Math.min(ahead, Date.now() - Date.parse(earliest));
}

export const now = () => Date.now() - ahead;
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
  if (Math.abs(kept - ahead) <= LEFT_ALONE) return;
  ahead = kept;
  write(["notes", ahead, "ahead"]).catch(() => {});
}

/**
 * A record with its times as the server's clock would have told them; once, before it is sent for the first time, as a
 * repeat must say the same. Nothing has happened in the future, whatever the clock has done since.
 */
export function timed(record) {
  if (record.timed) return record;
  const copy = structuredClone(record);
  putRight([copy.tube, ...copy.tube.members], record.ahead);
  return Object.assign(copy, { timed: true, ahead });
}

/** The same for the body of a letter. */
export function timedLetter(letter) {
  if (letter.timed) return letter;
  const copy = structuredClone(letter);
  putRight([copy.body], letter.ahead);
  return Object.assign(copy, { timed: true, ahead });
}

/** Move the times in these documents, which were written when the device was believed to be `believed` ms ahead. */
function putRight(documents, believed = 0) {
  const places = documents.flatMap((document) => TIMES.filter((name) => document[name]).map((name) => [document, name]));
  if (places.length === 0) return;
  const told = believed - ahead;
  const late = Math.max(...places.map(([document, name]) => Date.parse(document[name]) + told)) - now();
  const shift = told - Math.max(late, 0);
  if (Math.abs(shift) <= LEFT_ALONE) return;
  for (const [document, name] of places) document[name] = new Date(Date.parse(document[name]) + shift).toISOString();
}
