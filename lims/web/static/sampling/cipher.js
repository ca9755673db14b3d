// Personal data rests encrypted on the device. The key lives in the browser's own keeping and cannot be taken out of it.
import { claim } from "./store.js";

/** Whether this page may encrypt at all: browsers allow it only at a safe address (https, or the machine itself). */
export const able = Boolean(globalThis.crypto?.subtle);
let key = null;

export async function prepare() {
  if (able) key = await claim("key", await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]));
}

/** {id, iv, hidden} of something; it opens again only under the same id. */
export async function hide(id, something) {
  if (!key) return { id, clear: something };
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const plain = new TextEncoder().encode(JSON.stringify(something));
  return { id, iv, hidden: await crypto.subtle.encrypt(rule(id, iv), key, plain) };
}

/** What was hidden; throws where it cannot be opened. */
export async function show({ id, iv, hidden, clear }) {
  if (clear) return clear;
  return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt(rule(id, iv), key, hidden)));
}

function rule(id, iv) {
  return { name: "AES-GCM", iv, additionalData: new TextEncoder().encode(id) };
}
