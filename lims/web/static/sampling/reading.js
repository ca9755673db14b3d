// What a scanned or typed line means: a tube, a person, or a word about the last person.
import { understand } from "../codes.js";
import { told } from "../words.js";
import { add, desk, edit, tubeScanned } from "./desk.js";
import * as identity from "./identity.js";
import { personOf } from "./person_code.js";
import { Refusal } from "./record.js";
import { chosen } from "./recollections.js";
import { withNumber } from "./roster.js";
import { nextTube } from "./rule.js";
import { partOf } from "./series.js";

const screen = told("screen");

export function read(text) {
  if (partOf(text)) throw new Refusal("series_elsewhere", {});
  const person = personOf(text);
  if (person) return personCodeScanned(person);
  const { code, kind, fault, meant } = understand(text, screen.formats);
  if (meant) throw new Refusal("digit_lost", { code, meant });
  if (kind && fault) throw new Refusal("misread", { code });
  if (kind && kind !== "tube") throw new Refusal("wrong_kind", { code, kind: told("kinds")[kind] });
  if (kind === "tube") return tubeScanned(code, nextTube().mode === "single" ? chosen() : null);
  if (!desk.open) throw new Refusal("tube_first", {});
  return personScanned(text);
}

function personCodeScanned(person) {
  if (!desk.open) throw new Refusal("person_first", {});
  if (!person.id_type) throw new Refusal("person_code_damaged", {});
  return add({ ...person, id_number: identity.canonical(person.id_number) });
}

function personScanned(text) {
  const number = identity.canonical(text);
  const expected = withNumber(number);
  if (expected) return add(expected);
  if (identity.RESIDENT.test(number) || /^[0-9]{15,20}$/.test(number)) return add({ id_type: "resident_id", id_number: number });
  const { id, members } = desk.open.tube;
  const last = members.at(-1);
  if (last && identity.MOBILE.test(number)) return edit(id, last.position, "phone", number);
  if (last && !/[0-9]/.test(text)) return edit(id, last.position, "name", text.trim());
  throw new Refusal("not_understood", {});
}
