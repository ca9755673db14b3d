// A list of people as offices send it: from rows of text to people, each bad row with its line and its reason. Pure.
import { canonical, faultOf } from "./identity.js";

const HEADS = {
  id_type: ["id_type", "证件类型", "类型"],
  id_number: ["id_number", "证件号码", "证件号", "身份证号", "身份证号码", "身份证"],
  name: ["name", "姓名"],
  phone: ["phone", "电话", "手机", "手机号", "手机号码", "联系电话"],
  group: ["group", "人群", "人群分类", "人群类别"],
};
const TYPES = {
  resident_id: ["", "身份证", "居民身份证"],
  passport: ["护照"],
  hk_macau_permit: ["港澳居民来往内地通行证", "港澳通行证", "回乡证"],
  taiwan_permit: ["台湾居民来往大陆通行证", "台胞证"],
  foreign_resident: ["外国人永久居留身份证", "外国人永久居留证"],
  other: ["其他", "其它"],
};
const MARKS = [[[0xff, 0xfe], "utf-16le"], [[0xfe, 0xff], "utf-16be"]];

/** The text of a file: by its byte order mark; else UTF-8 where it is that, else GB 18030 (which GBK is a part of). */
export function textOf(bytes) {
  const marked = MARKS.find(([mark]) => mark.every((byte, place) => bytes[place] === byte))?.[1];
  try {
    return new TextDecoder(marked ?? "utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("gb18030").decode(bytes);
  }
}

/** The rows of a CSV text; the separator is the one that the first line has most of. */
export function rowsOf(text) {
  const first = text.split(/\r\n|\r|\n/, 1)[0];
  const separator = [",", ";", "\t", "，"].reduce((best, one) => (first.split(one).length > first.split(best).length ? one : best));
  const rows = [[""]];
  let quoted = false;
  for (let place = 0; place < text.length; place += 1) {
    const character = text[place];
    const row = rows.at(-1);
    if (quoted && character === '"' && text[place + 1] === '"') row[row.length - 1] += text[(place += 1)];
    else if (character === '"' && (quoted || row.at(-1) === "")) quoted = !quoted;
    else if (quoted) row[row.length - 1] += character;
    else if (character === separator) row.push("");
    else if (character === "\n" || character === "\r") {
      if (character === "\r" && text[place + 1] === "\n") place += 1;
      rows.push([""]);
    } else row[row.length - 1] += character;
  }
  return rows;
}

/** {people, faults: [{line, fault, facts}]}; {faults: [{line: 1, fault: "roster_no_number"}]} where there is no column of numbers. */
export function peopleOf(rows) {
  const heads = (rows[0] ?? []).map((head) => tidy(head).toLowerCase());
  const places = Object.fromEntries(Object.entries(HEADS).map(([field, names]) => [field, heads.findIndex((head) => names.includes(head))]));
  if (places.id_number === -1) return { people: [], faults: [{ line: 1, fault: "roster_no_number", facts: {} }] };
  const people = new Map();
  const faults = [];
  rows.slice(1).forEach((row, place) => {
    const line = place + 2;
    if (row.every((cell) => !cell.trim())) return;
    const said = (field) => row[places[field]]?.normalize("NFC").replace(/\p{C}/gu, "").trim() ?? "";
    const id_type = typeOf(said("id_type"));
    // Spreadsheets keep a long number whole behind an apostrophe.
    const person = { id_type, id_number: canonical(said("id_number").replace(/^['‘’`]/, "")), name: said("name"), phone: said("phone"), group: said("group") };
    const earlier = people.get(keyOf(person))?.line;
    const fault = id_type ? (faultOf(id_type, person.id_number) ?? (earlier && "roster_twice")) : "roster_type";
    if (fault) faults.push({ line, fault, facts: { number: person.id_number, type: said("id_type"), earlier } });
    else people.set(keyOf(person), { ...person, line });
  });
  return { people: [...people.values()].map(({ line, ...person }) => person), faults };
}

export const keyOf = ({ id_type, id_number }) => `${id_type} ${id_number}`;
const tidy = (text) => text.normalize("NFKC").replace(/[\p{C}\s]/gu, "");

function typeOf(text) {
  const type = tidy(text).toLowerCase();
  return Object.keys(TYPES).find((one) => one === type || TYPES[one].includes(type)) ?? null;
}
