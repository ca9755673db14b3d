// Codes as they come out of a scanner; the same rules as on the server, so that a misread is refused at once, without a network.
const KINDS = { 10: "tube", 20: "box", 30: "plate", 40: "vehicle", 50: "place" };

// The quasigroup of order 10 that Damm's check digit is computed with.
const DAMM = [
  "0317598642", "7092154863", "4206871359", "1750983426", "6123045978", "3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
];

/** One canonical string, as on the server: NFKC, no control characters, blanks or AIM prefixes, upper case, until it stays as it is. */
export function normalise(scan) {
  let text = scan;
  for (let before = null; text !== before; ) {
    before = text;
    text = text.normalize("NFKC").replace(/[\p{C}\s]/gu, "").replace(/^(?:\][A-Za-z][0-9])+/, "").toUpperCase();
  }
  return text;
}

function dammIsValid(code) {
  let interim = 0;
  for (const digit of code) interim = Number(DAMM[interim][Number(digit)]);
  return interim === 0;
}

/** The recursive check of ISO 7064 over an alphabet of so many characters. */
function isoIsValid(code, size) {
  let check = size / 2;
  for (const character of code) check = ((((check || size) * 2) % (size + 1)) + parseInt(character, 36)) % size;
  return check === 1;
}

function luhnIsValid(code) {
  const sum = [...code].reverse().reduce((total, digit, place) => {
    const twice = Number(digit) * 2;
    return total + (place % 2 ? Math.floor(twice / 10) + (twice % 10) : Number(digit));
  }, 0);
  return sum % 10 === 0;
}

const DIGITS = /^[0-9]+$/;
// The checks that a format of the catalogue may name.
const CHECKS = {
  none: () => true,
  damm: (code) => DIGITS.test(code) && dammIsValid(code),
  luhn: (code) => DIGITS.test(code) && luhnIsValid(code),
  mod11_10: (code) => DIGITS.test(code) && isoIsValid(code, 10),
  mod37_36: (code) => /^[0-9A-Z]+$/.test(code) && isoIsValid(code, 36),
};

/** A catalogue's pattern; null where this browser cannot read it: such a code is then judged by the server alone. */
function patternOf({ regex }) {
  try {
    return new RegExp(`^(?:${regex.replaceAll("(?P<", "(?<")})$`, "iu");
  } catch {
    return null;
  }
}

/**
 * What a scanned code is, judged as on the server: {code, kind, fault, meant}. `kind` is null where it is none of ours or a
 * known supplier's (`formats`: {regex, kind, check}); `meant` is then our code that it becomes with its first digit, or null.
 */
export function understand(scan, formats = []) {
  const code = normalise(scan);
  const own = /^[0-9]{14}$/.test(code) ? KINDS[code.slice(0, 2)] ?? null : null;
  if (own && dammIsValid(code)) return { code, kind: own, fault: null, meant: null };
  const alike = formats.filter((format) => patternOf(format)?.test(code));
  const right = alike.find((format) => CHECKS[format.check](code));
  if (alike.length) return { code, kind: (right ?? alike[0]).kind, fault: right ? null : "misread", meant: null };
  return { code, kind: own, fault: own ? "misread" : null, meant: withFirstDigit(code) };
}

/** Scanners that drop the first character are met often: our code of which only that is missing. */
function withFirstDigit(code) {
  if (!/^0[0-9]{12}$/.test(code)) return null;
  return Object.keys(KINDS).map((prefix) => prefix[0] + code).find(dammIsValid) ?? null;
}

/** 10 0000 0000 0176, as people read it. */
export function grouped(code) {
  return /^[0-9]{14}$/.test(code) ? [code.slice(0, 2), code.slice(2, 6), code.slice(6, 10), code.slice(10)] : [code];
}

/** An element that shows a code in groups, and copies it without gaps. */
export function codeElement(code) {
  const element = document.createElement("span");
  element.className = "code";
  for (const group of grouped(code)) {
    const part = document.createElement("span");
    part.textContent = group;
    element.append(part);
  }
  return element;
}
