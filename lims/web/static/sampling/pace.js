// How long to wait before trying again. Pure: no clock, no page.
const FIRST = 2000; // ms
const LONGEST = 60000; // ms
const LONGEST_ASKED = 600000; // ms

/** The pause after so many failures in a row: twice as long each time, by lot, so that a thousand devices do not return at once. */
export function pause(failures, luck = Math.random()) {
  return Math.min(LONGEST, FIRST * 2 ** (failures - 1)) * (0.5 + luck / 2);
}

/** `Retry-After` in milliseconds: seconds or a date; 0 where nothing was asked. */
export function askedToWait(header, now) {
  if (!header) return 0;
  const wait = /^[0-9]+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isFinite(wait) ? Math.min(Math.max(wait, 0), LONGEST_ASKED) : 0;
}

/** The first records that fit into one message: at most so many, and not longer than a slow network carries in one breath. */
export function batch(records, most, bytes = 200000) {
  let size = 0;
  const fitting = records.slice(0, most).findIndex((record) => (size += JSON.stringify(record.tube).length) > bytes);
  return records.slice(0, fitting === -1 ? most : Math.max(1, fitting));
}
