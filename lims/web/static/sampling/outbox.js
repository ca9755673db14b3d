// What this device has not been told to be safe yet. One entry a tube, so that two windows do not overwrite each other.
// It outlives reloads, sign-outs and other users; only the server's own confirmation takes a tube out.
import { Refusal } from "./record.js";

const PREFIX = "lims.tube.";
const SENT = "lims.sent";
const SHOWN = 5;

/** Keep a record; refused where the device has no room, before anybody believes it is kept. */
export function keep(record) {
  try {
    localStorage.setItem(PREFIX + record.tube.id, JSON.stringify(record));
  } catch {
    throw new Refusal("device_full", {});
  }
}

export function drop(id) {
  localStorage.removeItem(PREFIX + id);
}

export function find(id) {
  const text = localStorage.getItem(PREFIX + id);
  return text ? JSON.parse(text) : null;
}

/** Every record, oldest first (ids sort by time). */
export function all() {
  return Object.keys(localStorage)
    .filter((key) => key.startsWith(PREFIX))
    .sort()
    .map((key) => JSON.parse(localStorage.getItem(key)));
}

/** The name of this device, made once. */
export function device() {
  let name = localStorage.getItem("lims.device");
  if (!name) {
    name = `web-${Array.from(crypto.getRandomValues(new Uint8Array(5)), (byte) => byte.toString(36).padStart(2, "0")).join("")}`;
    localStorage.setItem("lims.device", name);
  }
  return name;
}

/** Remember that a tube is safe: its code and count, nobody's name. */
export function noteSent(record, standing) {
  const { barcode, members } = record.tube;
  const rest = sent().filter((line) => line.barcode !== barcode);
  const line = { barcode, count: members.length, standing, sealed_at: record.tube.sealed_at };
  localStorage.setItem(SENT, JSON.stringify([line, ...rest].slice(0, 50)));
}

export function sent(most = 50) {
  return JSON.parse(localStorage.getItem(SENT) ?? "[]").slice(0, most);
}

export const lastSent = () => sent(SHOWN);
