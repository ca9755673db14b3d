// A QR code made on the device itself, without a network and with nothing to install: ISO/IEC 18004, version 20, level M, mode
// alphanumeric. One size is enough: the codes of a series are all alike, and what they carry is sealed, so that any mask suits it.
const VERSION = 20;
const SIDE = 17 + 4 * VERSION; // modules
const ALIGNMENT = [6, 34, 62, 90];
const [BLOCKS, SHORT_BLOCKS, SHORT, CHECK] = [16, 3, 41, 26]; // 3 blocks of 41 bytes and 13 of 42, each with 26 to check it
const BYTES = BLOCKS * (SHORT + 1) - SHORT_BLOCKS;
const LEVEL_M = 0b00;
const MASK = 0b111; // the least regular one: what fills a short text makes no stripes with it
const CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
/** How many characters fit. */
export const MOST = 970;

/** The rows of the code of a text, without quiet zone; in each, 1 is dark. RangeError where it does not fit. */
export function qr(text) {
  if (text.length > MOST || [...text].some((character) => !CHARACTERS.includes(character))) throw new RangeError("no text for this code");
  const { rows, fixed } = frame();
  const bits = bitsOf(interleaved(bytesOf(text)));
  let place = 0;
  for (const [x, y] of wayThrough()) {
    if (!fixed[y][x]) rows[y][x] = (bits[place++] ?? 0) ^ (((x + y) % 2 + (x * y) % 3) % 2 === 0 ? 1 : 0);
  }
  return rows;
}

function bytesOf(text) {
  const bits = [...binary(0b0010, 4), ...binary(text.length, 11)];
  for (let at = 0; at < text.length; at += 2) {
    const [one, other] = [...text.slice(at, at + 2)].map((character) => CHARACTERS.indexOf(character));
    bits.push(...(other === undefined ? binary(one, 6) : binary(one * 45 + other, 11)));
  }
  bits.push(...binary(0, Math.min(4, BYTES * 8 - bits.length)));
  while (bits.length % 8) bits.push(0);
  const bytes = [];
  for (let at = 0; at < bits.length; at += 8) bytes.push(parseInt(bits.slice(at, at + 8).join(""), 2));
  for (let filler = 0xec; bytes.length < BYTES; filler ^= 0xec ^ 0x11) bytes.push(filler);
  return bytes;
}

/** The blocks with their check bytes, byte by byte in turn: a spot on the screen harms each of them a little. */
function interleaved(bytes) {
  const blocks = [];
  for (let number = 0, at = 0; number < BLOCKS; number += 1) {
    const end = at + SHORT + (number < SHORT_BLOCKS ? 0 : 1);
    blocks.push(bytes.slice(at, end));
    at = end;
  }
  const checks = blocks.map(checkOf);
  const inTurn = (lists, length) => Array.from({ length }, (_, at) => lists.map((list) => list[at])).flat();
  return [...inTurn(blocks, SHORT + 1).filter((byte) => byte !== undefined), ...inTurn(checks, CHECK)];
}

// Reed-Solomon over GF(256), x⁸ + x⁴ + x³ + x² + 1.
const POWERS = [1];
while (POWERS.length < 255) POWERS.push((POWERS.at(-1) << 1) ^ (POWERS.at(-1) & 0x80 ? 0x11d : 0));
const LOGARITHMS = [];
POWERS.forEach((power, exponent) => (LOGARITHMS[power] = exponent));
const times = (one, other) => (one && other ? POWERS[(LOGARITHMS[one] + LOGARITHMS[other]) % 255] : 0);
// The product of (x + 2ⁱ), without its leading 1.
const GENERATOR = Array.from({ length: CHECK }).reduce((product, _, i) => {
  const longer = [...product, 0];
  return longer.map((byte, at) => byte ^ (at ? times(product[at - 1], POWERS[i]) : 0));
}, [1]).slice(1);

function checkOf(block) {
  let rest = Array(CHECK).fill(0);
  for (const byte of block) {
    const factor = byte ^ rest[0];
    rest = [...rest.slice(1), 0].map((one, at) => one ^ times(GENERATOR[at], factor));
  }
  return rest;
}

/** What is the same in all codes: `rows`, and in `fixed` where no data may stand. */
function frame() {
  const rows = Array.from({ length: SIDE }, () => new Uint8Array(SIDE));
  const fixed = Array.from({ length: SIDE }, () => new Uint8Array(SIDE));
  const put = (x, y, dark) => {
    if (!(x in rows && y in rows)) return;
    rows[y][x] = dark ? 1 : 0;
    fixed[y][x] = 1;
  };
  for (let at = 0; at < SIDE; at += 1) {
    put(at, 6, at % 2 === 0);
    put(6, at, at % 2 === 0);
  }
  const last = SIDE - 4;
  for (const [x, y] of [[3, 3], [last, 3], [3, last]]) rings(put, x, y, 4, [0, 1, 3]);
  const corner = (x, y) => (x === 6 || y === 6) && [6, ALIGNMENT.at(-1)].includes(x) && [6, ALIGNMENT.at(-1)].includes(y);
  for (const x of ALIGNMENT) for (const y of ALIGNMENT) if (!corner(x, y)) rings(put, x, y, 2, [0, 2]);
  putFormat(put);
  putVersion(put);
  return { rows, fixed };
}

function rings(put, x, y, reach, dark) {
  for (let dx = -reach; dx <= reach; dx += 1) {
    for (let dy = -reach; dy <= reach; dy += 1) put(x + dx, y + dy, dark.includes(Math.max(Math.abs(dx), Math.abs(dy))));
  }
}

/** Level and mask, twice; the least bit first. */
function putFormat(put) {
  const bits = binary(withRemainder((LEVEL_M << 3) | MASK, 0x537, 10) ^ 0x5412, 15).reverse();
  const beside = [0, 1, 2, 3, 4, 5, 7, 8];
  bits.forEach((bit, i) => {
    if (i < 8) put(8, beside[i], bit);
    else put(beside[14 - i], 8, bit);
    if (i < 8) put(SIDE - 1 - i, 8, bit);
    else put(8, SIDE - 15 + i, bit);
  });
  put(8, SIDE - 8, 1);
}

function putVersion(put) {
  binary(withRemainder(VERSION, 0x1f25, 12), 18).reverse().forEach((bit, i) => {
    const [far, near] = [SIDE - 11 + (i % 3), Math.floor(i / 3)];
    put(far, near, bit);
    put(near, far, bit);
  });
}

/** A number with the remainder of its division by a polynomial behind it, in so many bits. */
function withRemainder(value, polynomial, width) {
  let rest = value << width;
  for (let bit = 31 - Math.clz32(rest); bit >= width; bit = 31 - Math.clz32(rest)) rest ^= polynomial << (bit - width);
  return (value << width) | rest;
}

/** Every place, in the order of the data: two columns at a time from the right, upwards and downwards in turn; column 6 is no place. */
function* wayThrough() {
  let upwards = true;
  for (let right = SIDE - 1; right > 0; right -= 2) {
    if (right === 6) right = 5;
    for (let step = 0; step < SIDE; step += 1) {
      const y = upwards ? SIDE - 1 - step : step;
      yield [right, y];
      yield [right - 1, y];
    }
    upwards = !upwards;
  }
}

const binary = (value, width) => [...value.toString(2).padStart(width, "0")].map(Number);
const bitsOf = (bytes) => bytes.flatMap((byte) => binary(byte, 8));
