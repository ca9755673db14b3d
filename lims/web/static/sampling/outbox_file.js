// Handing over without a network: sealed tubes leave as a file, or as the QR codes of `outbox_codes.js`. They stay on the device,
// marked, until the server itself has confirmed them: what has left may be lost on its way.
import { words } from "../words.js";
import * as outbox from "./outbox.js";
import { Refusal } from "./record.js";
import { able, asText, seal } from "./sealing.js";
import * as time from "./time.js";

const at = (id) => document.getElementById(id);

/** Whether there is something to hand over, and what is missing where it cannot be done. */
export function drawHanding(site) {
  const waiting = waitingAt(site);
  at("handing").hidden = waiting.length === 0;
  at("hand-file").disabled = at("hand-codes").disabled = !able;
  at("hand-missing").textContent = able ? "" : words("hand_unable");
}

const waitingAt = (site) => outbox.all().filter((record) => record.standing === "waiting" && record.tube.site === site);

/** These records, or all that wait at a site, sealed: {envelope, records, made}. */
export async function sealed(site, chosen = waitingAt(site)) {
  if (chosen.length === 0) throw new Refusal("nothing_waits", {});
  // The times are put right once, before anything leaves: what is synced later must say the very same.
  const records = chosen.map(time.timed);
  await outbox.keep(...records);
  const made = time.nowText();
  return { envelope: await seal({ device: outbox.device(), sent_at: made, tubes: records.map((record) => record.tube) }, site), records, made };
}

/** Mark what has left, where it still waits here as it was. */
export async function noteHanded(records, handed) {
  const same = (record, { tube }) => record?.standing === "waiting" && record.tube.revision === tube.revision;
  const here = records.map((record) => [outbox.find(record.tube.id), record]).filter(([found, record]) => same(found, record));
  if (here.length) await outbox.keep(...here.map(([found]) => ({ ...found, handed })));
}

/** Hand over these records, or all that wait at a site, as a file; answers [sentence, signal] as the steps of the desk do. */
export async function handOver(site, chosen = undefined) {
  const { envelope, records, made } = await sealed(site, chosen);
  await noteHanded(records, made);
  const name = `lims-${site}-${made.slice(0, 19).replace(/[-:]/g, "")}-${records.length}.lims.json`;
  await give(new File([asText(envelope)], name, { type: "application/json" }));
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
