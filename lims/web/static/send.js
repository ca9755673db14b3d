// Speaking with the server. Tells a network fault from a server fault from a refusal, each in words.
import { words } from "./words.js";

const PATIENCE = 30000; // ms

/**
 * One request. → {ok, kind, status, answer, sentence, at, retryAfter}: `answer` is the JSON document, `sentence` says what
 * went wrong, `at` is the server's time (ms, NaN where it did not say). `kind`: "done"; "refused" (the server said no);
 * "signed_out"; "busy" (it asks us to wait); "server" (it failed); "portal" (something else answered: the login page of a
 * network); "network" (there is none); "silent" (there is one, and nobody answered). But for "done" nothing was taken, as far as we know.
 */
export async function ask(address, { method = "GET", json = undefined, form = undefined, file = false, patience = PATIENCE } = {}) {
  const headers = { Accept: file ? "*/*" : "application/json", "Accept-Language": document.documentElement.lang };
  if (json !== undefined) headers["Content-Type"] = "application/json";
  let response;
  try {
    const body = form ?? (json === undefined ? undefined : JSON.stringify(json));
    response = await fetch(address, { method, headers, body, signal: AbortSignal.timeout(patience), redirect: "manual" });
  } catch {
    return failed(navigator.onLine ? "silent" : "network", "offline", { status: 0 });
  }
  // Our interface never sends anybody elsewhere; the login page of a foreign network does.
  if (response.type === "opaqueredirect") return failed("portal", "unreadable", response);
  if (response.status === 204) return succeeded(response, {});
  if (file && response.ok) return succeeded(response, await fileOf(response));
  const answer = await documentOf(response);
  if (answer === null) return failed(response.status >= 500 && response.status !== 511 ? "server" : "portal", "unreadable", response);
  if (response.ok) return succeeded(response, answer);
  if (response.status === 401) return { ...failed("signed_out", "sign_in", response), answer };
  const kind = [429, 503].includes(response.status) ? "busy" : response.status >= 500 ? "server" : "refused";
  return { ...failed(kind, "unreadable", response), answer, ...(answer.detail ? { sentence: answer.detail } : {}) };
}

function succeeded(response, answer) {
  return { ok: true, kind: "done", status: response.status, answer, sentence: "", at: timeOf(response) };
}

function failed(kind, sentence, response) {
  const retryAfter = response.headers?.get("retry-after") ?? null;
  return { ok: false, kind, status: response.status, answer: null, sentence: words(sentence), at: timeOf(response), retryAfter };
}

function timeOf(response) {
  return Date.parse(response.headers?.get("date") ?? "");
}

/** The JSON document of an answer; null where it is none, whatever its status says. */
async function documentOf(response) {
  if (!/[/+]json\b/.test(response.headers.get("content-type") ?? "")) return null;
  try {
    return await response.json();
  } catch {
    return null;
  }
}

async function fileOf(response) {
  const name = /filename="([^"]+)"/.exec(response.headers.get("content-disposition") ?? "")?.[1] ?? "file";
  return { name, content: await response.blob() };
}

/** Send a document. */
export function post(address, json) {
  return ask(address, { method: "POST", json });
}
