// The tube on the desk: what can be done with it. What is done is kept on the device before it is told.
// Every step answers [sentence, signal] or throws a Refusal; a refused step has changed nothing.
import { told, words } from "../words.js";
import * as identity from "./identity.js";
import * as outbox from "./outbox.js";
import { Refusal, addPerson, isFull, narrow, newTube, removePerson, reopen, seal, unseal } from "./record.js";
import { completed } from "./roster.js";
import { limitFor, nextTube } from "./rule.js";
import { deviceIsAhead, nowText } from "./time.js";
import { clock } from "./view.js";

const screen = told("screen");
/** `mode` and `group` are what the sampler wishes for the next tube and the next people. */
export const desk = { open: null, mode: "swab_pool", group: "*", recoding: false, discarding: null };

/** Whether the tube on the desk is sealed: it is sent when it leaves the desk, and until then can be put right. */
export const isSealed = () => desk.open?.standing === "waiting";

/** Change the tube on the desk: a copy is changed and kept; only then it is the one on the desk. */
async function change(does) {
  if (!desk.open) throw new Refusal("gone", {});
  const record = structuredClone(desk.open);
  does(record);
  await outbox.keep(record);
  desk.open = record;
}

function clear() {
  Object.assign(desk, { open: null, recoding: false });
}

/** Let a sealed tube go: from now on it may be sent. */
export function release() {
  if (isSealed()) clear();
}

/** A scanned tube code: the next tube, or what is on the desk once more. `person` is whom a new single tube is for, or null. */
export async function tubeScanned(code, person) {
  const { open } = desk;
  if (desk.recoding && open) return recode(code);
  if (open?.tube.barcode === code) return sameTube();
  refuseKnown(code);
  if (open && !isSealed()) {
    if (!isFull(open)) throw new Refusal("other_tube", { ...facts(), code });
    await change((record) => seal(record, nowText()));
  }
  return openTube(code, person);
}

async function openTube(code, person) {
  const { mode, size } = nextTube();
  const household = mode === "household";
  const made = { site: screen.site, kind: household ? "swab_pool" : mode, poolSize: size, household, retestOf: person?.tube ?? null };
  const record = newTube(code, { ...made, at: nowText(), ahead: deviceIsAhead() });
  if (person) put(record, { ...person, group: person.group ?? desk.group });
  await outbox.keep(record);
  Object.assign(desk, { open: record, recoding: false });
  return person ? [words("opened_for", { ...facts(), name: identity.masked(person) }), "full"] : openedAs(code);
}

/** A tube of ours whose label this site never reserved is taken, and said: labels are lent, and mistaken for others. */
function openedAs(code) {
  const serial = Number(code.slice(2, 13));
  const ours = /^[0-9]{14}$/.test(code) && screen.blocks.length > 0;
  if (!ours || screen.blocks.some(([first, last]) => first <= serial && serial <= last)) return [words("opened", { tube: code }), "ok"];
  return [words("opened_foreign", { tube: code }), "unsure"];
}

function sameTube() {
  if (isSealed()) return unsealOpen();
  if (desk.open.tube.members.length === 0) throw new Refusal("open_already", facts());
  return sealOpen();
}

async function unsealOpen() {
  await change(unseal);
  return [words("unsealed", facts()), "again"];
}

function refuseKnown(code) {
  const known = outbox.all().find((record) => record.tube.barcode === code)?.tube ?? outbox.sent().find((line) => line.barcode === code);
  if (known) throw new Refusal("on_device", { code, at: clock(known.sealed_at ?? known.opened_at) });
}

async function recode(code) {
  refuseKnown(code);
  await change((record) => (record.tube.barcode = code));
  desk.recoding = false;
  return [words("recoded", { tube: code }), "ok"];
}

/** A person into a record, as the policies allow; the last that fits seals it. */
function put(record, person) {
  const { most, retestOf, refusal } = limitFor(record, person);
  const [name, said] = refusal;
  if (!narrow(record, most, retestOf)) throw new Refusal(name, { ...facts(record), ...said });
  addPerson(record, person, nowText());
  if (isFull(record)) seal(record, nowText());
}

export async function add(given) {
  const known = completed(given);
  const person = { ...known, group: known.group || desk.group };
  const fault = identity.faultOf(person.id_type, person.id_number);
  if (fault) throw new Refusal(fault, { number: person.id_number });
  await change((record) => put(record, person));
  const said = { ...facts(), number: identity.masked(person) };
  return isSealed() ? [words("added_full", said), "full"] : [words("added", said), "ok"];
}

/** Note a name or phone of somebody in the tube with this id. */
export async function edit(id, position, field, text) {
  if (desk.open?.tube.id !== id) throw new Refusal("gone", {});
  await change(({ tube }) => (tube.members.find((member) => member.position === position)[field] = text));
  return [words(field === "name" ? "named" : "phoned", { position }), "ok"];
}

/** Take a person out (without a position, the last); a tube that had sealed itself is open again. */
export async function remove(position = desk.open?.tube.members.length) {
  await change((record) => {
    if (record.standing === "waiting") unseal(record);
    removePerson(record, position);
  });
  return [words("removed", { ...facts(), position }), "ok"];
}

/** Seal the open tube and send it; one that is sealed already is sent. */
export async function sealOpen() {
  const said = facts();
  if (!isSealed()) await change((record) => seal(record, nowText()));
  clear();
  return [words("sealed", said), "ok"];
}

/** Throw the open tube away; with people in it only at the second press. */
export async function discard() {
  const { id, members } = desk.open.tube;
  const said = facts();
  if (members.length && desk.discarding !== id) {
    desk.discarding = id;
    return [words("discard_sure", said), "again"];
  }
  await outbox.drop(id);
  clear();
  return [words("discarded", said), "ok"];
}

/** Put a tube of this device on the desk again; one that the server refused is opened as a new revision. */
export async function resume(kept) {
  release();
  if (desk.open) throw new Refusal("other_tube", { ...facts(), code: kept.tube.barcode });
  const record = structuredClone(kept);
  const again = record.standing !== "open";
  if (again) reopen(record);
  await outbox.keep(record);
  take(record);
  return [words(again ? "reopened" : "opened", facts()), "ok"];
}

/** Have a tube on the desk, and the next as it is. */
export function take(record) {
  Object.assign(desk, { open: record, mode: record.household ? "household" : record.tube.kind });
}

/** Take a tube off this device that the server has refused and kept. */
export async function setAside(record) {
  await outbox.drop(record.tube.id);
  return [words("set_aside", { tube: record.tube.barcode }), "ok"];
}

export function asks() {
  if (!desk.open) return words("ask_tube");
  if (desk.recoding) return words("ask_right_tube");
  if (isSealed()) return words("ask_next");
  return words(isFull(desk.open) ? "ask_seal" : "ask_person");
}

function facts(record = desk.open) {
  const { barcode, members, pool_size: size } = record.tube;
  return { tube: barcode, count: members.length, size };
}
