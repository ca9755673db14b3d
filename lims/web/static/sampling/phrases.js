// The server's sentences in the page's language, without a network.
import { fill, told, words } from "../words.js";

function inOurWords(fact) {
  return fact.replace(/^device (?=\S+$)/, words("device_before"));
}

/** A sentence of the server's in the page's language: found by its English template, whose facts are carried over. */
export function inOurLanguage(sentence) {
  for (const [english, ours] of told("phrasebook") ?? []) {
    const names = [];
    const pattern = english.split(/(\{[^}]*\})/).map((part) => {
      if (!part.startsWith("{")) return part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
      names.push(part.slice(1, -1).replace(/[:!].*$/, ""));
      return "(.+?)";
    });
    const found = new RegExp(`^${pattern.join("")}$`, "s").exec(sentence);
    if (found) return fill(ours, Object.fromEntries(names.map((name, place) => [name, inOurWords(found[place + 1])])));
  }
  return sentence;
}
