// What is new in the camera's view. Pure: no camera, no clock, no page.
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
    const seen = new Set(codes);
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
