// A sealed outbox cut into QR codes: `LIMS1/<series>/<n>/<of>/<base32>/<CRC-32>`. Capitals and digits alone: a code holds most of
// them, and neither Caps Lock nor another keyboard spoils what a scanner types. `sync/envelopes.py` puts them together.
import { normalise } from "../codes.js";
import { MOST } from "./qr.js";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const NAME_LENGTH = 8;
const ROOM = MOST - `LIMS1/${"A".repeat(NAME_LENGTH)}/9999/9999//01234567`.length;
const PART = /^(LIMS1\/([A-Z2-7]{8})\/([0-9]{1,4})\/([0-9]{1,4})\/[A-Z2-7]+)\/([0-9A-F]{8})$/;

/** The texts of the codes for `head` (what stands in clear) and the bytes that are sealed. */
export function cutUp({ head, body }) {
  const clear = new TextEncoder().encode(`${JSON.stringify(head)}\n`);
  const text = base32(new Uint8Array([...clear, ...body]));
  const of = Math.ceil(text.length / ROOM);
  const length = Math.ceil(text.length / of);
  const name = base32(crypto.getRandomValues(new Uint8Array(5)));
  return Array.from({ length: of }, (_, at) => {
    const part = `LIMS1/${name}/${at + 1}/${of}/${text.slice(at * length, (at + 1) * length)}`;
    return `${part}/${crc32(part)}`;
  });
}

/** What was scanned, as a part: {line, name, number, of}; `fault` where a character of it was lost; null where it is none. */
export function partOf(scan) {
  const line = normalise(scan);
  if (!line.startsWith("LIMS1")) return null;
  const [, part, name, number, of, check] = PART.exec(line) ?? [];
  if (!part || crc32(part) !== check || Number(number) < 1 || Number(number) > Number(of)) return { fault: true };
  return { line, name, number: Number(number), of: Number(of), fault: false };
}

function base32(bytes) {
  let text = "";
  let [held, width] = [0, 0];
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff;
    for (width += 8; width >= 5; width -= 5) text += ALPHABET[(held >> (width - 5)) & 31];
  }
  return width ? text + ALPHABET[(held << (5 - width)) & 31] : text;
}

function crc32(text) {
  let rest = -1;
  for (const character of text) {
    rest ^= character.charCodeAt(0);
    for (let bit = 0; bit < 8; bit += 1) rest = (rest >>> 1) ^ (rest & 1 ? 0xedb88320 : 0);
  }
  return (~rest >>> 0).toString(16).toUpperCase().padStart(8, "0");
}
