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
export function newTube(barcode, { site, kind, poolSize, household = false, retestOf = null, at, ahead }) {
  const tube = {
    id: uuid7(), revision: 1, barcode, site, round: null, kind, pool_size: poolSize, state: "open",
    opened_at: at, sealed_at: null, retest_of: retestOf, members: [],
  };
  return { tube, standing: "open", detail: "", ahead, household, planned: { kind, pool_size: poolSize, retest_of: retestOf } };
}

export function addPerson(record, { id_type, id_number, name = "", phone = "", group = "*" }, at) {
  const { tube } = record;
  const same = tube.members.find((member) => member.id_type === id_type && member.id_number === id_number);
  if (same) throw new Refusal("twice", { position: same.position });
  if (tube.members.length >= tube.pool_size) {
    throw new Refusal("full", { tube: tube.barcode, count: tube.members.length, size: tube.pool_size });
  }
  const member = { position: tube.members.length + 1, id_type, id_number, name, phone, group, collected_at: at };
  tube.members.push(member);
  return member;
}

/**
 * Make a tube as small as the person who comes next may share it: `most`, and `retestOf` where that person is called back
 * from a tube. False where those who are in it already are too many for that.
 */
export function narrow({ tube }, most, retestOf) {
  const size = Math.min(tube.pool_size, most);
  if (tube.members.length && tube.members.length + 1 > size && size < tube.pool_size) return false;
  tube.pool_size = size;
  if (size === 1) tube.kind = "single";
  if (tube.members.length === 0) tube.retest_of ??= retestOf;
  return true;
}

/** Take a person out; those behind move up. An empty tube is again what it was opened as. */
export function removePerson(record, position) {
  record.tube.members = record.tube.members
    .filter((member) => member.position !== position)
    .map((member, place) => ({ ...member, position: place + 1 }));
  if (record.tube.members.length === 0) Object.assign(record.tube, record.planned);
}

export function seal(record, at) {
  Object.assign(record.tube, { state: "sealed", sealed_at: at });
  Object.assign(record, { standing: "waiting", detail: "" });
}

/** Open a tube again that was sealed and never sent. */
export function unseal(record) {
  Object.assign(record.tube, { state: "open", sealed_at: null });
  Object.assign(record, { standing: "open" });
}

/** Open a tube again that the server refused: what is sent next is a new revision of the same record. */
export function reopen(record) {
  Object.assign(record.tube, { state: "open", sealed_at: null, revision: record.tube.revision + 1 });
  Object.assign(record, { standing: "open", detail: "", timed: false });
}

export function isFull(record) {
  return record.tube.members.length >= record.tube.pool_size;
}
