// Handing over without a network: sealed tubes leave as a file. They stay on the device, marked, until the server itself has
// confirmed them: a file may be lost on its way.
import { words } from "../words.js";
import * as outbox from "./outbox.js";
import { able, seal } from "./sealing.js";
import * as time from "./time.js";

const at = (id) => document.getElementById(id);

/** Whether there is something to hand over, and what is missing where it cannot be done. */
export function drawHanding(site) {
  const waiting = waitingAt(site);
  at("handing").hidden = waiting.length === 0;
  at("hand-file").disabled = !able;
  at("hand-missing").textContent = able ? "" : words("hand_unable");
}

const waitingAt = (site) => outbox.all().filter((record) => record.standing === "waiting" && record.tube.site === site);

/** Hand over these records, or all that wait at a site, as a file; answers [sentence, signal] as the steps of the desk do. */
export async function handOver(site, chosen = waitingAt(site)) {
  // The times are put right once, before anything leaves: what is synced later must say the very same.
  const records = chosen.map(time.timed);
  const text = await seal({ device: outbox.device(), sent_at: time.nowText(), tubes: records.map((record) => record.tube) }, site);
  const made = time.nowText();
  await outbox.keep(...records.map((record) => ({ ...record, handed: made })));
  const name = `lims-${site}-${made.slice(0, 19).replace(/[-:]/g, "")}-${records.length}.lims.json`;
  await give(new File([text], name, { type: "application/json" }));
  return [words("handed", { count: records.length, name }), "ok"];
}

/** Share the file where the device can (a cable, a nearby phone, a card), otherwise put it into the downloads. */
async function give(file) {
  if (navigator.canShare?.({ files: [file] })) {
    const shared = await navigator.share({ files: [file], title: file.name }).then(() => true, () => false);
    if (shared) return;
  }
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = file.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}
