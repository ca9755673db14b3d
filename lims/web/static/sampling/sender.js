// Sends what waits, and hears what became of it. Safe to call as often as one likes: the server knows repeats.
import { post } from "../send.js";
import { fill, told, words } from "../words.js";
import * as outbox from "./outbox.js";

const AT_ONCE = 50;
const SAFE = { accepted: "received", already_have: "received", held: "held" };
let busy = false;

/**
 * Send the sealed tubes of a site. → {kind, outcomes}: `kind` as in send.js (or "idle"), one outcome a tube.
 * A tube leaves the device only when the server names it safe, in the very revision that is kept here.
 */
export async function sendWaiting(site) {
  const waiting = outbox.all().filter((record) => record.standing === "waiting" && record.tube.site === site).slice(0, AT_ONCE);
  if (busy || waiting.length === 0) return { kind: "idle", outcomes: [] };
  busy = true;
  try {
    const message = { device: outbox.device(), sent_at: new Date().toISOString(), tubes: waiting.map((record) => record.tube) };
    const { ok, kind, answer, sentence } = await post("/sampling/api/sync", message);
    // A foreign network's login page may answer 200, too: only a receipt with outcomes counts.
    if (!ok) return { kind, outcomes: [], sentence };
    if (!answer?.receipt || !Array.isArray(answer.tubes)) return { kind: "server", outcomes: [] };
    return { kind: "done", outcomes: answer.tubes.map(settle).filter(Boolean) };
  } finally {
    busy = false;
  }
}

function settle(outcome) {
  const record = outbox.find(outcome.id);
  if (!record || record.tube.revision !== outcome.revision) return null;
  const detail = inOurLanguage(outcome.detail ?? "");
  const standing = SAFE[outcome.outcome];
  if (standing) {
    outbox.noteSent(record, standing);
    outbox.drop(record.tube.id);
  } else {
    outbox.keep({ ...record, standing: "problem", outcome: outcome.outcome, detail });
  }
  return { record, standing: standing ?? "problem", detail };
}

function inOurWords(fact) {
  return fact.replace(/^device (?=\S+$)/, words("device_before"));
}

/** A sentence of the server's in the page's language: found by its English template, whose facts are carried over. */
export function inOurLanguage(sentence) {
  for (const [english, ours] of told("phrasebook") ?? []) {
    const names = [];
    const pattern = english.split(/(\{[^}]*\})/).map((part) => {
      if (!part.startsWith("{")) return part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
      names.push(part.slice(1, -1).replace(/[:!].*$/, ""));
      return "(.+?)";
    });
    const found = new RegExp(`^${pattern.join("")}$`, "s").exec(sentence);
    if (found) return fill(ours, Object.fromEntries(names.map((name, place) => [name, inOurWords(found[place + 1])])));
  }
  return sentence;
}
