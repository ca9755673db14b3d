// Codes as they come out of a scanner; the same rules as on the server, so that a misread is refused at once, without a network.
const KINDS = { 10: "tube", 20: "box", 30: "plate", 40: "vehicle", 50: "place" };

// The quasigroup of order 10 that Damm's check digit is computed with.
const DAMM = [
  "0317598642", "7092154863", "4206871359", "1750983426", "6123045978", "3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
];

/** One canonical string: NFKC, no control characters, blanks or AIM prefix, upper case. */
export function normalise(scan) {
  return scan
    .normalize("NFKC")
    .replace(/[\p{C}\s]/gu, "")
    .replace(/^\][A-Za-z][0-9]/, "")
    .toUpperCase();
}

export function dammIsValid(code) {
  let interim = 0;
  for (const digit of code) interim = Number(DAMM[interim][Number(digit)]);
  return interim === 0;
}

/** What a scanned code is: {code, kind, fault}; `kind` is null where it is none of ours or a known supplier's. */
export function understand(scan, formats = []) {
  const code = normalise(scan);
  const kind = /^[0-9]{14}$/.test(code) ? KINDS[code.slice(0, 2)] ?? null : null;
  if (kind) return { code, kind, fault: dammIsValid(code) ? null : "misread" };
  const supplier = formats.find((format) => new RegExp(`^(?:${format.regex})$`).test(code));
  return { code, kind: supplier ? supplier.kind : null, fault: null };
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
