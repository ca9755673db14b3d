// Whoever signs out takes along what was theirs: the page kept on this device, and whom to call back. Tubes that wait stay.
import { write } from "./sampling/store.js";

export async function forget() {
  const pages = (await globalThis.caches?.keys())?.filter((name) => name.startsWith("lims.page.")) ?? [];
  await Promise.allSettled([...pages.map((name) => caches.delete(name)), write(["notes", undefined, "recollections"])]);
}
