// What time it is. The device's clock may be wrong; by how much is learnt from the server's answers. Small differences are left alone.
import { read, write } from "./store.js";

const LEFT_ALONE = 120000; // ms
const TIMES = ["opened_at", "sealed_at"];
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
  const { tube } = copy;
  const all = [...TIMES.map((name) => tube[name]), ...tube.members.map((member) => member.collected_at)].filter(Boolean);
  const told = (record.ahead ?? 0) - ahead;
  const late = Math.max(...all.map((text) => Date.parse(text) + told)) - now();
  const shift = told - Math.max(late, 0);
  if (Math.abs(shift) > LEFT_ALONE) {
    const moved = (text) => text && new Date(Date.parse(text) + shift).toISOString();
    for (const name of TIMES) tube[name] = moved(tube[name]);
    for (const member of tube.members) member.collected_at = moved(member.collected_at);
  }
  return Object.assign(copy, { timed: true, ahead });
}
