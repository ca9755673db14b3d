// What the policies say here and now: how many may share the next tube, and why; how many may with a certain person in it.
import { told, words } from "../words.js";
import { desk } from "./desk.js";
import { modeUnder, ruleFor } from "./policy.js";
import { calledBack, chosen } from "./recollections.js";
import { now } from "./time.js";

const screen = told("screen");

function ruleOf(group) {
  const today = new Intl.DateTimeFormat("sv-SE", { timeZone: screen.timezone }).format(now());
  return ruleFor(screen.policies, today, group);
}

/** The kind of the next tube: {mode, most, size, household, why}; `why` is a sentence where it has to be a single tube. */
export function nextTube() {
  const rule = ruleOf(desk.group);
  const mode = modeUnder(rule, desk.mode);
  const size = { single: 1, household: screen.household_max }[mode] ?? rule.most;
  return { ...rule, mode, size, why: why(rule, mode) };
}

function why(rule, mode) {
  const person = mode === "single" ? chosen() : null;
  if (person) return words("why_recollection", { tube: person.tube });
  if (rule.most > 1) return "";
  const facts = { group: desk.group, zone: told("zones")[screen.zone] };
  return words(`why_${rule.by}${rule.household ? "_household" : ""}`, facts);
}

/** How many may share a tube with this person in it: {most, retestOf, refusal}; `retestOf` where the person is called back from a tube. */
export function limitFor(record, person) {
  const back = record.tube.retest_of ? null : calledBack(person);
  if (back) return { most: 1, retestOf: back.tube, refusal: ["recollect_alone", { other: back.tube }] };
  const { most, household } = ruleOf(person.group);
  return { most: record.household && household ? record.tube.pool_size : most, retestOf: null, refusal: ["policy_full", { most, group: person.group }] };
}
