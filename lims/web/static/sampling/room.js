// Whether the device has room: asked to keep what is ours, and warned of before it is too late.
import { words } from "../words.js";
import * as cipher from "./cipher.js";
import * as outbox from "./outbox.js";
import { warn } from "./view.js";

const NEEDED = 20_000_000; // bytes; a shift's outbox is far smaller
const EVERY = 20; // steps
let step = 0;

export async function warnOfRoom() {
  if (step++ % EVERY) return;
  if (step === 1) await navigator.storage?.persist?.().catch(() => false);
  if (!cipher.able) warn("open_address", words("open_address"));
  if (outbox.unreadable) warn("unreadable", words("unreadable_tubes", { count: outbox.unreadable }));
  const { usage = 0, quota = Infinity } = (await navigator.storage?.estimate?.().catch(() => ({}))) ?? {};
  const free = quota - usage;
  warn("room", free < NEEDED ? words("little_room", { megabytes: Math.max(0, Math.floor(free / 1_000_000)) }) : "");
}
