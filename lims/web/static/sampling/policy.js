// How many may share a tube: the pooling policies that came with the page, by the same rule as on the server. Pure.

/** The policy in force on a day: the group's own before everybody's, the newest first; null where there is none. */
function inForce(policies, day, group) {
  const fitting = policies.filter((policy) => policy.from <= day && [group, "*"].includes(policy.group));
  const weight = (policy) => `${policy.group === group ? 1 : 0} ${policy.from}`;
  return fitting.reduce((best, policy) => (best && weight(best) >= weight(policy) ? best : policy), null);
}

/** {most, household, by}: how many may share, whether a household may whatever its size, and who says so: "group", "zone" or "nobody". */
export function ruleFor(policies, day, group) {
  const policy = inForce(policies, day, group);
  if (!policy) return { most: 1, household: false, by: "nobody" };
  return { most: policy.pool_max, household: policy.household, by: policy.group === "*" ? "zone" : "group" };
}

/** The kind of tube that comes next (swab_pool, household or single): what is wished for where the rule lets it be. */
export function modeUnder({ most, household }, wished) {
  if (wished === "household" && household) return wished;
  return wished === "single" || most === 1 ? "single" : "swab_pool";
}
