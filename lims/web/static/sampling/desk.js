// The tube on the desk: what a scan or a press does to it. What is done is kept on the device before it is told.
// Every step answers [sentence, signal] or throws a Refusal; a refused step has changed nothing.
import { understand } from "../codes.js";
import { told, words } from "../words.js";
import * as identity from "./identity.js";
import * as outbox from "./outbox.js";
import { Refusal, addPerson, isFull, newTube, removePerson, reopen, seal } from "./record.js";
import { deviceIsAhead, now, nowText } from "./time.js";
import { clock } from "./view.js";

const screen = told("screen");
export const desk = { open: null, mode: "swab_pool", recoding: false, discarding: null };

/** Change the open tube: a copy is changed and kept; only then it is the one on the desk. */
async function change(does) {
  const record = structuredClone(desk.open);
  does(record);
  await outbox.keep(record);
  desk.open = record;
}

/** What a scanned or typed line means; `person` is whom a new single tube is for, or null. */
export async function read(text, person) {
  const { code, kind, fault } = understand(text, screen.formats);
  if (kind && fault) throw new Refusal("misread", { code });
  if (kind && kind !== "tube") throw new Refusal("wrong_kind", { code, kind: told("kinds")[kind] });
  if (kind === "tube") return tubeScanned(code, person);
  if (!desk.open) throw new Refusal("tube_first", {});
  return personScanned(text);
}

async function tubeScanned(code, person) {
  const { open } = desk;
  if (desk.recoding && open) return recode(code);
  if (open && open.tube.barcode === code) {
    if (open.tube.members.length === 0) throw new Refusal("open_already", { tube: code });
    return sealOpen();
  }
  if (open) throw new Refusal("other_tube", { ...facts(), code });
  refuseKnown(code);
  const poolSize = desk.mode === "single" ? 1 : poolMax();
  const record = newTube(code, { site: screen.site, kind: desk.mode, poolSize, retestOf: person?.tube ?? null, at: nowText(), ahead: deviceIsAhead() });
  if (person) addPerson(record, person, nowText());
  await outbox.keep(record);
  desk.open = record;
  return person ? [words("opened_for", { tube: code, name: person.name || person.id_number }), "full"] : [words("opened", { tube: code }), "ok"];
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

function personScanned(text) {
  const number = identity.canonical(text);
  if (identity.RESIDENT.test(number) || /^[0-9]{15,20}$/.test(number)) return add({ id_type: "resident_id", id_number: number });
  const last = desk.open.tube.members.at(-1);
  if (last && identity.MOBILE.test(number)) return edit(last.position, "phone", number);
  if (last && !/[0-9]/.test(text)) return edit(last.position, "name", text.trim());
  throw new Refusal("not_understood", {});
}

export async function add(person) {
  const fault = identity.faultOf(person.id_type, person.id_number);
  if (fault) throw new Refusal(fault, { number: person.id_number });
  await change((record) => addPerson(record, person, nowText()));
  const said = { ...facts(), number: person.name || person.id_number };
  return isFull(desk.open) ? [words("added_full", said), "full"] : [words("added", said), "ok"];
}

/** Note a name or phone. */
export async function edit(position, field, text) {
  await change(({ tube }) => (tube.members.find((member) => member.position === position)[field] = text));
  return [words(field === "name" ? "named" : "phoned", { position }), "ok"];
}

export async function remove(position) {
  await change((record) => removePerson(record, position));
  return [words("removed", { ...facts(), position }), "ok"];
}

export async function sealOpen() {
  const said = facts();
  await change((record) => seal(record, nowText()));
  Object.assign(desk, { open: null, recoding: false });
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
  Object.assign(desk, { open: null, recoding: false });
  return [words("discarded", said), "ok"];
}

/** Put a tube of this device on the desk again; one that the server refused is opened as a new revision. */
export async function resume(kept) {
  if (desk.open) throw new Refusal("other_tube", { ...facts(), code: kept.tube.barcode });
  const record = structuredClone(kept);
  const again = record.standing !== "open";
  if (again) reopen(record);
  await outbox.keep(record);
  desk.open = record;
  desk.mode = record.tube.kind;
  return [words(again ? "reopened" : "opened", facts()), "ok"];
}

/** Take a tube off this device that the server has refused and kept. */
export async function setAside(record) {
  await outbox.drop(record.tube.id);
  return [words("set_aside", { tube: record.tube.barcode }), "ok"];
}

/** How many may share a tube today, by the policies that came with the page. */
export function poolMax() {
  const days = Object.entries(screen.pool_max_on);
  const today = new Intl.DateTimeFormat("sv-SE", { timeZone: screen.timezone }).format(now());
  return days.findLast(([day]) => day <= today)?.[1] ?? days[0][1];
}

export function asks() {
  if (!desk.open) return words("ask_tube");
  if (desk.recoding) return words("ask_right_tube");
  return words(isFull(desk.open) ? "ask_seal" : "ask_person");
}

function facts() {
  const { barcode, members, pool_size: size } = desk.open.tube;
  return { tube: barcode, count: members.length, size };
}
