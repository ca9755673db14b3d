// Messages that the server has not answered yet: kept on this device until it has, over a reload and over a change of user.
// They are sent one after another, in the order in which they were made; whoever is signed in sends them.
import { post } from "../send.js";

const RETRY = 5000; // ms

/**
 * A queue of this name. `answered(message, answer)` and `refused(message, sentence)` are called for each message that the server
 * has decided on, `failed(sentence)` where it could not be asked, `changed(count)` whenever the number of those that wait changes.
 * A message is {address, json, …}; what else is in it comes back.
 */
export function keptQueue(name, { answered, refused, failed, changed }) {
  let waiting = JSON.parse(localStorage.getItem(name) ?? "[]");
  let busy = false;
  let told = false; // that the server cannot be asked: no later attempt covers what was said since about another scan

  function keep(messages) {
    waiting = messages;
    if (messages.length) localStorage.setItem(name, JSON.stringify(messages));
    else localStorage.removeItem(name);
    changed(messages.length);
  }

  async function flush() {
    if (busy) return;
    busy = true;
    while (waiting.length) {
      const [message] = waiting;
      const { ok, kind, answer, sentence } = await post(message.address, message.json);
      if (!ok && kind !== "refused") {
        if (!told) failed(sentence);
        told = true;
        break;
      }
      told = false;
      keep(waiting.slice(1));
      if (ok) answered(message, answer);
      else refused(message, sentence);
    }
    busy = false;
  }

  setInterval(flush, RETRY);
  addEventListener("online", flush);
  changed(waiting.length);
  return {
    push(message) {
      told = false;
      keep([...waiting, message]);
      flush();
    },
    holds: (test) => waiting.some(test),
    flush,
  };
}
