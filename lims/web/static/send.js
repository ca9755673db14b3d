// Speaking with the server. Tells a network fault from a server fault from a refusal, each in words.
import { words } from "./words.js";

const PATIENCE = 30000; // ms

/**
 * One request. → {ok, status, answer, sentence}: `answer` is the JSON document, `sentence` says what went wrong.
 * `kind` is "done", "refused" (the server said no), "signed_out", "network" (nothing was taken, as far as we know) or
 * "server" (it answered, but not as it should: a failure, or a login page of a foreign network).
 */
export async function ask(address, { method = "GET", json = undefined, form = undefined, file = false } = {}) {
  const headers = { Accept: file ? "*/*" : "application/json", "Accept-Language": document.documentElement.lang };
  if (json !== undefined) headers["Content-Type"] = "application/json";
  let response;
  try {
    const body = form ?? (json === undefined ? undefined : JSON.stringify(json));
    response = await fetch(address, { method, headers, body, signal: AbortSignal.timeout(PATIENCE), redirect: "error" });
  } catch {
    return { ok: false, kind: "network", status: 0, answer: null, sentence: words("offline") };
  }
  if (response.status === 204) return { ok: true, kind: "done", status: 204, answer: {}, sentence: "" };
  if (file && response.ok) return { ok: true, kind: "done", status: response.status, answer: await fileOf(response), sentence: "" };
  let answer = null;
  try {
    answer = await response.json();
  } catch {
    return { ok: false, kind: "server", status: response.status, answer: null, sentence: words("unreadable") };
  }
  if (response.ok) return { ok: true, kind: "done", status: response.status, answer, sentence: "" };
  if (response.status === 401) return { ok: false, kind: "signed_out", status: 401, answer, sentence: words("sign_in") };
  const kind = response.status >= 500 ? "server" : "refused";
  return { ok: false, kind, status: response.status, answer, sentence: answer.detail ?? words("unreadable") };
}

async function fileOf(response) {
  const name = /filename="([^"]+)"/.exec(response.headers.get("content-disposition") ?? "")?.[1] ?? "file";
  return { name, content: await response.blob() };
}

/** Send a document. */
export function post(address, json) {
  return ask(address, { method: "POST", json });
}
