// ID numbers, by the same rules as on the server: length, birth date and check character of a resident ID are errors.
import { now } from "./time.js";

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS = "10X98765432";
export const RESIDENT = /^[0-9]{17}[0-9X]$/;
export const MOBILE = /^1[0-9]{10}$/;

/** One string for one document: NFKC, no blanks, controls or hyphens, upper case. */
export function canonical(number) {
  return number.normalize("NFKC").replace(/[\p{C}\p{Z}\s-]/gu, "").toUpperCase();
}

/** The name of what is wrong with a number (a sentence of the page), or null. */
export function faultOf(type, number) {
  if (type === "other") return /^[A-Z0-9()/.\u4e00-\u9fff]{1,40}$/.test(number) ? null : "number_malformed";
  if (type !== "resident_id") return /^[A-Z0-9()/.]{1,40}$/.test(number) ? null : "number_malformed";
  if (!RESIDENT.test(number)) return "resident_id_length";
  if (!bornOn(number)) return "resident_id_birth";
  const sum = WEIGHTS.reduce((total, weight, place) => total + weight * Number(number[place]), 0);
  return CHECKS[sum % 11] === number[17] ? null : "resident_id_check";
}

function bornOn(number) {
  const [year, month, day] = [number.slice(6, 10), number.slice(10, 12), number.slice(12, 14)].map(Number);
  const born = new Date(Date.UTC(year, month - 1, day));
  const real = born.getUTCFullYear() === year && born.getUTCMonth() === month - 1 && born.getUTCDate() === day;
  return real && year >= 1890 && born.getTime() <= now();
}

/** Somebody as others may see it: the surname and stars, or where there is no name the ends of the number; as the server masks. */
export function masked({ name, id_number: number }) {
  if (name) return [...name][0] + "*".repeat(Math.max([...name].length - 1, 1));
  return number.length <= 4 ? "*".repeat(number.length) : `${number.slice(0, 2)}${"*".repeat(number.length - 4)}${number.slice(-2)}`;
}
