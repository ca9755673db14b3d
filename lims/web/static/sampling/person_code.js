// A person's own QR code: LIMS:P1:type:number:name:phone:group, in upper case, other characters as %XX. Pure.
import { normalise } from "../codes.js";

const START = /^LIMS:P1:/;
const TYPES = ["resident_id", "passport", "hk_macau_permit", "taiwan_permit", "foreign_resident", "other"];

/** {id_type, id_number, name, phone, group}; null where the text is no such code; {} where it is one and damaged. */
export function personOf(text) {
  // A scanner under caps lock sends small letters, one under an input method wide ones: both are folded here.
  const code = normalise(text);
  if (!START.test(code)) return null;
  try {
    const [type = "", id_number = "", name = "", phone = "", group = ""] = code.replace(START, "").split(":").map(decodeURIComponent);
    const id_type = type.toLowerCase().replaceAll("-", "_");
    return TYPES.includes(id_type) && id_number ? { id_type, id_number, name, phone, group } : {};
  } catch {
    return {};
  }
}
