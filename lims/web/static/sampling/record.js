// A tube as this device has it, and what can be done with it. Pure: no page, no storage. A refusal is thrown with its sentence's name.
import { uuid7 } from "../uuid7.js";

export class Refusal extends Error {
  constructor(name, facts) {
    super(name);
    this.facts = facts;
  }
}

/**
 * A new tube. `standing`: open, waiting (sealed, to be sent), problem (the server refused it, or it is in conflict).
 * `ahead`: by how much we believed the device's clock to be wrong when the times were written.
 */
export function newTube(barcode, { site, kind, poolSize, retestOf = null, at, ahead }) {
  const tube = {
    id: uuid7(), revision: 1, barcode, site, round: null, kind, pool_size: poolSize, state: "open",
    opened_at: at, sealed_at: null, retest_of: retestOf, members: [],
  };
  return { tube, standing: "open", detail: "", ahead };
}

export function addPerson(record, { id_type, id_number, name = "", phone = "" }, at) {
  const { tube } = record;
  const same = tube.members.find((member) => member.id_type === id_type && member.id_number === id_number);
  if (same) throw new Refusal("twice", { position: same.position });
  if (tube.members.length >= tube.pool_size) {
    throw new Refusal("full", { tube: tube.barcode, count: tube.members.length, size: tube.pool_size });
  }
  const member = { position: tube.members.length + 1, id_type, id_number, name, phone, collected_at: at };
  tube.members.push(member);
  return member;
}

/** Take a person out; those behind move up. */
export function removePerson(record, position) {
  record.tube.members = record.tube.members
    .filter((member) => member.position !== position)
    .map((member, place) => ({ ...member, position: place + 1 }));
}

export function seal(record, at) {
  Object.assign(record.tube, { state: "sealed", sealed_at: at });
  Object.assign(record, { standing: "waiting", detail: "" });
}

/** Open a tube again that the server refused: what is sent next is a new revision of the same record. */
export function reopen(record) {
  Object.assign(record.tube, { state: "open", sealed_at: null, revision: record.tube.revision + 1 });
  Object.assign(record, { standing: "open", detail: "", timed: false });
}

export function isFull(record) {
  return record.tube.members.length >= record.tube.pool_size;
}
