// Who this device is to the server: what its cookie stands for, asked before the first tube goes out and remembered.
import { ask } from "../send.js";
import * as outbox from "./outbox.js";

let asked = false;

/** Ask once; without an answer what was known stays. */
export async function askWhoWeAre() {
  if (asked) return;
  const told = await ask("/sampling/api/devices/this");
  asked = told.ok ? Boolean(told.answer.device) : told.status === 404 && told.kind === "refused";
  if (asked) await outbox.nameDevice(told.ok ? told.answer.device : null).catch(() => {});
}
