// The tube on the desk: what a scan or a press does to it. What is done is kept on the device before it is told.
// Every step answers [sentence, signal] or throws a Refusal.
import { understand } from "../codes.js";
import { told, words } from "../words.js";
import * as identity from "./identity.js";
import * as outbox from "./outbox.js";
import { Refusal, addPerson, isFull, newTube, removePerson, reopen, seal } from "./record.js";
import { clock } from "./view.js";

const screen = told("screen");
export const desk = { open: null, mode: "swab_pool", recoding: false, discarding: null };

/** What a scanned or typed line means; `person` is whom a new single tube is for, or null. */
export function read(text, person) {
  const { code, kind, fault } = understand(text, screen.formats);
  if (kind && fault) throw new Refusal("misread", { code });
  if (kind && kind !== "tube") throw new Refusal("wrong_kind", { code, kind: told("kinds")[kind] });
  if (kind === "tube") return tubeScanned(code, person);
  if (!desk.open) throw new Refusal("tube_first", {});
  return personScanned(text);
}

function tubeScanned(code, person) {
  const { open } = desk;
  if (desk.recoding && open) return recode(code);
  if (open && open.tube.barcode === code) {
    if (open.tube.members.length === 0) throw new Refusal("open_already", { tube: code });
    return sealOpen();
  }
  if (open) throw new Refusal("other_tube", { ...facts(), code });
  refuseKnown(code);
  const poolSize = desk.mode === "single" ? 1 : screen.pool_max;
  const record = newTube(code, { site: screen.site, kind: desk.mode, poolSize, retestOf: person?.tube ?? null });
  if (person) addPerson(record, person);
  outbox.keep(record);
  desk.open = record;
  return person ? [words("opened_for", { tube: code, name: person.name || person.id_number }), "full"] : [words("opened", { tube: code }), "ok"];
}

function refuseKnown(code) {
  const known = outbox.all().find((record) => record.tube.barcode === code)?.tube ?? outbox.sent().find((line) => line.barcode === code);
  if (known) throw new Refusal("on_device", { code, at: clock(known.sealed_at ?? known.opened_at) });
}

function recode(code) {
  refuseKnown(code);
  desk.recoding = false;
  desk.open.tube.barcode = code;
  outbox.keep(desk.open);
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

export function add(person) {
  const fault = identity.faultOf(person.id_type, person.id_number);
  if (fault) throw new Refusal(fault, { number: person.id_number });
  addPerson(desk.open, person);
  outbox.keep(desk.open);
  const said = { ...facts(), number: person.name || person.id_number };
  return isFull(desk.open) ? [words("added_full", said), "full"] : [words("added", said), "ok"];
}

/** Note a name or phone. */
export function edit(position, field, text) {
  desk.open.tube.members.find((member) => member.position === position)[field] = text;
  outbox.keep(desk.open);
  return [words(field === "name" ? "named" : "phoned", { position }), "ok"];
}

export function remove(position) {
  removePerson(desk.open, position);
  outbox.keep(desk.open);
  return [words("removed", { ...facts(), position }), "ok"];
}

export function sealOpen() {
  const said = facts();
  seal(desk.open);
  outbox.keep(desk.open);
  Object.assign(desk, { open: null, recoding: false });
  return [words("sealed", said), "ok"];
}

/** Throw the open tube away; with people in it only at the second press. */
export function discard() {
  const { id, members } = desk.open.tube;
  const said = facts();
  if (members.length && desk.discarding !== id) {
    desk.discarding = id;
    return [words("discard_sure", said), "again"];
  }
  outbox.drop(id);
  Object.assign(desk, { open: null, recoding: false });
  return [words("discarded", said), "ok"];
}

/** Put a tube of this device on the desk again; one that the server refused is opened as a new revision. */
export function resume(record) {
  if (desk.open) throw new Refusal("other_tube", { ...facts(), code: record.tube.barcode });
  const again = record.standing !== "open";
  if (again) reopen(record);
  outbox.keep(record);
  desk.open = record;
  desk.mode = record.tube.kind;
  return [words(again ? "reopened" : "opened", facts()), "ok"];
}

/** Take a tube off this device that the server has refused and kept. */
export function setAside(record) {
  outbox.drop(record.tube.id);
  return [words("set_aside", { tube: record.tube.barcode }), "ok"];
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
