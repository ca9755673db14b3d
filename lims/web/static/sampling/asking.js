// Where a scanned tube or box stands: first what this device knows by itself, then what the server says.
import { ask } from "../send.js";
import { packedBy } from "./box.js";
import * as letters from "./letters.js";
import * as outbox from "./outbox.js";

const PATIENCE = 3000; // ms: longer nobody waits for a scan to be answered

/** What a letter of this device says of a tube: {standing: "packed", box, box_sealed_at}; null where none names it. */
function packedHere(code) {
  const letter = letters.all().findLast(({ path, body }) => path === "/sampling/api/boxes" && body.tubes.includes(code));
  if (!letter) return null;
  return { standing: "packed", box: letter.body.barcode, box_sealed_at: letter.body.sealed_at, box_sealed_by: null };
}

/**
 * → {standing, …}: ready, open, void, packed (with box, box_sealed_at, box_sealed_by), left, received as the server has them;
 * problem (the server has refused the tube of this device); elsewhere (with site); unknown (the server has no such tube of this
 * site); unasked (nobody could be asked). `waiting` are the codes of the site that are known to be ready.
 */
export async function tube(code, { site, waiting }) {
  const here = outbox.all().find((record) => record.tube.barcode === code && record.tube.site === site);
  const packed = packedHere(code);
  if (packed) return packed;
  if (here) return { standing: here.standing === "waiting" ? "ready" : here.standing };
  if (waiting.has(code)) return { standing: "ready" };
  const told = await soon(`/sampling/api/tubes/${encodeURIComponent(code)}/packing`);
  if (told.ok) return told.answer.site === site ? told.answer : { ...told.answer, standing: "elsewhere" };
  return { standing: told.kind === "refused" ? "unknown" : "unasked" };
}

/** → {standing, …}: new; sealed (with inside: its tubes, null where nobody could be asked); left (with at, lab); refused (with letter: what the server did not take). */
export async function box(code, { boxes }) {
  const told = letters.all().filter((letter) => packedBy(letter, code));
  const refused = told.find(({ standing, path }) => standing === "problem" && path === "/sampling/api/boxes");
  if (refused) return { standing: "refused", letter: refused };
  const answer = await soon(`/sampling/api/boxes/${encodeURIComponent(code)}`);
  const stored = answer.ok ? answer.answer : null;
  if (stored?.dispatched_at || stored?.received_at) return { standing: "left", at: stored.dispatched_at ?? stored.received_at, lab: stored.lab ?? "" };
  const inside = [...(stored?.packed ?? []), ...told.flatMap((letter) => packedBy(letter, code))];
  if (stored?.sealed_at || told.length) return { standing: "sealed", inside: [...new Set(inside)] };
  if (!answer.ok && answer.kind !== "refused" && boxes.includes(code)) return { standing: "sealed", inside: null };
  return { standing: "new" };
}

function soon(address) {
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE, { ok: false, kind: "silent" }));
  return Promise.race([ask(address), late]);
}
