// A box on the desk, as it is packed or opened again. Pure: no page, no storage; every step answers a new box.
// `tubes` were put in now; `inside` lay in the sealed box before (null where nobody could be asked), `removed` were taken out of it.
// `unsure` are those that nobody has vouched for yet: not known here, or not asked for without a network.

export const opened = (barcode) => ({ barcode, tubes: [], inside: [], removed: [], unsure: [], sealed: false });

/** A sealed box, opened again: what is put in and taken out now is told as a change. */
export const reopened = (barcode, inside) => ({ ...opened(barcode), inside, sealed: true });

/** What lies in it, the last first; those that lay in it before come after. */
export function inIt({ tubes, inside, removed }) {
  return [...tubes.toReversed(), ...(inside ?? []).filter((code) => !removed.includes(code))];
}

export const holds = (box, code) => inIt(box).includes(code);
export const count = (box) => inIt(box).length;
export const isChanged = ({ tubes, removed }) => tubes.length + removed.length > 0;

export function withTube(box, code, { unsure = false } = {}) {
  if (box.removed.includes(code)) return { ...box, removed: box.removed.filter((one) => one !== code) };
  return { ...box, tubes: [...box.tubes, code], unsure: unsure ? [...box.unsure, code] : box.unsure };
}

export function without(box, code) {
  const left = { ...box, unsure: box.unsure.filter((one) => one !== code) };
  if (box.tubes.includes(code)) return { ...left, tubes: box.tubes.filter((one) => one !== code) };
  return { ...left, removed: [...box.removed, code] };
}

/** The message that tells of it: {path, body}. */
export function message(box, { id, site, at }) {
  const path = "/sampling/api/boxes";
  if (!box.sealed) return { path, body: { id, barcode: box.barcode, site, tubes: box.tubes, sealed_at: at } };
  return { path: `${path}/${box.barcode}/changes`, body: { id, added: box.tubes, removed: box.removed, at } };
}

/** What a message of this device that has not been taken yet says of a box: its tubes; null where it is of another box or of a departure. */
export function packedBy({ path, body }, barcode) {
  if (path === "/sampling/api/boxes" && body.barcode === barcode) return body.tubes;
  return path === `/sampling/api/boxes/${barcode}/changes` ? body.added : null;
}
