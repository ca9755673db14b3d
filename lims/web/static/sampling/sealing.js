// An outbox sealed for the server's key alone: whoever finds the file or films the codes reads who made it, and nobody's name.
// ECDH P-256 with a key of one use, HKDF-SHA256, AES-256-GCM; what stands in clear is authenticated. `sync/envelopes.py` opens it.
import { told } from "../words.js";

const MARK = "lims outbox 1";
const INFO = new TextEncoder().encode("lims outbox");

/** Whether this page can seal: at a safe address (https), and when the server has told it its key. */
export const able = Boolean(globalThis.crypto?.subtle && told("slot"));

/** An envelope as the text of a file. */
export const asText = ({ head, body }) => JSON.stringify({ ...head, sealed: base64url(body) });

/** The envelope of a message of the sync ({device, sent_at, tubes}): `head` stands in clear, the bytes of `body` are sealed. */
export async function seal(message, site) {
  const { key, point } = told("slot");
  const head = { device: message.device, site, count: message.tubes.length, made_at: message.sent_at, key };
  const [plain, packed] = await pack(new TextEncoder().encode(JSON.stringify(message)));
  const clear = new TextEncoder().encode([MARK, head.device, site, head.count, head.made_at, key, packed].join("\n"));
  const pair = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, false, ["deriveBits"]);
  const sender = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const theirs = await crypto.subtle.importKey("raw", bytesOf(point), { name: "ECDH", namedCurve: "P-256" }, false, []);
  const shared = await crypto.subtle.importKey("raw", await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, pair.privateKey, 256), "HKDF", false, ["deriveKey"]);
  const rule = { name: "HKDF", hash: "SHA-256", salt: sender, info: INFO };
  const secret = await crypto.subtle.deriveKey(rule, shared, { name: "AES-GCM", length: 256 }, false, ["encrypt"]);
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const body = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: clear }, secret, plain));
  return { head: { lims: MARK, ...head, packed, sender: base64url(sender), iv: base64url(iv) }, body };
}

/** The bytes compressed, where this browser can. */
async function pack(bytes) {
  try {
    const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate-raw"));
    return [new Uint8Array(await new Response(stream).arrayBuffer()), "deflate-raw"];
  } catch {
    return [bytes, ""];
  }
}

const bytesOf = (hex) => Uint8Array.from(hex.match(/../g), (byte) => parseInt(byte, 16));

function base64url(bytes) {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
