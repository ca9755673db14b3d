// What this device has not been told to be safe yet: encrypted in the device's database, and open in this page's memory.
// It outlives reloads, crashes, sign-outs and other users; only the server's own confirmation takes a tube out.
import * as cipher from "./cipher.js";
import { LEGACY, leftByEarlierVersion } from "./legacy.js";
import { Refusal } from "./record.js";
import * as store from "./store.js";

const REMEMBERED = 500;
const SHOWN = 5;
const records = new Map();
const others = "BroadcastChannel" in globalThis ? new BroadcastChannel("lims.outbox") : null;
let safe = [];
let name = "";
let code = null; // what the server calls this device, where it was set up
/** How many tubes of this device cannot be opened any more; they stay where they are. */
export let unreadable = 0;

/** Read what is kept, and take over what an earlier version has left. */
export async function open() {
  await cipher.prepare();
  await takeOver();
  name = await store.claim("device", `web-${Array.from(crypto.getRandomValues(new Uint8Array(5)), (byte) => byte.toString(36).padStart(2, "0")).join("")}`);
  code = (await store.read("notes", "device_code")) ?? null;
  safe = (await store.read("notes", "sent")) ?? [];
  const entries = await store.readAll("tubes");
  await Promise.all(entries.map((entry) => cipher.show(entry).then((record) => records.set(entry.id, record), () => (unreadable += 1))));
  others?.addEventListener("message", ({ data }) => reread(data));
}

async function takeOver() {
  const left = leftByEarlierVersion();
  if (left.device) await store.claim("device", left.device);
  if (left.sent) await store.claim("sent", left.sent);
  for (const record of left.records) {
    const known = await store.read("tubes", record.tube.id);
    if (!known) await store.write(["tubes", await cipher.hide(record.tube.id, record)]);
    localStorage.removeItem(LEGACY + record.tube.id);
  }
}

async function reread(id) {
  const entry = await store.read("tubes", id);
  if (entry) records.set(id, await cipher.show(entry));
  else records.delete(id);
  safe = (await store.read("notes", "sent")) ?? [];
}

async function write(id, ...changes) {
  try {
    await store.write(...changes);
  } catch (fault) {
    throw new Refusal(fault?.name === "QuotaExceededError" ? "device_full" : "device_broken", {});
  }
  others?.postMessage(id);
}

/** Keep records, all or none; refused where the device cannot, before anybody believes that they are kept. */
export async function keep(...kept) {
  const entries = await Promise.all(kept.map(async (record) => ["tubes", await cipher.hide(record.tube.id, record)]));
  await write(kept[0].tube.id, ...entries);
  for (const record of kept) records.set(record.tube.id, record);
}

export async function drop(id) {
  await write(id, ["tubes", undefined, id]);
  records.delete(id);
}

/** The server has it: what was personal goes from this device, code and count are remembered. */
export async function noteSafe(record, standing) {
  const { id, barcode, members, sealed_at } = record.tube;
  const line = { barcode, count: members.length, standing, sealed_at };
  const lines = [line, ...safe.filter((one) => one.barcode !== barcode)].slice(0, REMEMBERED);
  await write(id, ["tubes", undefined, id], ["notes", lines, "sent"]);
  records.delete(id);
  safe = lines;
}

export const find = (id) => records.get(id) ?? null;

/** Every record, oldest first (ids sort by time). */
export const all = () => [...records.values()].sort((one, other) => (one.tube.id < other.tube.id ? -1 : 1));

/** What this device is called: as the server has set it up; otherwise a name made once. */
export const device = () => code ?? name;

/** Remember what the server calls this device; null where it was never set up. */
export async function nameDevice(told) {
  code = told;
  await store.write(["notes", told ?? undefined, "device_code"]);
}
export const sent = () => safe;
export const lastSent = () => safe.slice(0, SHOWN);
