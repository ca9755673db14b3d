// What is new in the camera's view. Pure: no camera, no clock, no page.
import { understand } from "../codes.js";

const GONE = 1500; // ms out of view until the code that was read last counts as new
const GONE_AFTER_ANOTHER = 600; // ms, where another was read since
const LOOKS_WITHOUT = 2; // a slow reader looks seldom: one look that missed the code proves nothing

/**
 * A memory of what lies in view. Told the codes of each look and its time (ms), it says {fresh, several}: the code to be
 * taken now or null; and whether more than one is in view, of which none is taken: nobody can tell which one was meant.
 */
export function sight() {
  const inView = new Map(); // code → {at, missed}
  let last = null;
  return (codes, now) => {
    const seen = new Set(withoutMisreadings(codes));
    for (const [code, known] of inView) {
      if (seen.has(code)) Object.assign(known, { at: now, missed: 0 });
      else if (++known.missed >= LOOKS_WITHOUT && now - known.at >= (code === last ? GONE : GONE_AFTER_ANOTHER)) inView.delete(code);
    }
    const [only] = seen;
    const fresh = seen.size === 1 && !inView.has(only) ? only : null;
    if (fresh !== null) {
      inView.set(fresh, { at: now, missed: 0 });
      last = fresh;
    }
    return { fresh, several: seen.size > 1 };
  };
}

/**
 * A reader goes over the bars many times, and of one picture in a hundred tells a second code that it took the same bars for
 * (`27585912456047` of `10585912696047`: the symbol's own check fits both). What is as long as a code of ours, mostly the same and no code
 * of ours itself is such a one.
 */
function withoutMisreadings(codes) {
  const ours = codes.filter(isOurs);
  return codes.filter((code) => isOurs(code) || !ours.some((own) => isLike(code, own)));
}

function isOurs(code) {
  const { kind, fault } = understand(code);
  return kind !== null && fault === null;
}

function isLike(code, own) {
  return code.length === own.length && [...code].filter((character, place) => character === own[place]).length > own.length / 2;
}
