// A board that keeps itself true: the page asks for itself every second with the tag of what it shows. Nothing has changed: 304, and
// nothing is drawn. The list alone is replaced, so that a filter being chosen stays; the focus stays where it was, by its address.
import { keepingPlace } from "/static/keeping_place.js";
import { offerSound } from "/static/reporting/sounding.js";
import { signal } from "/static/signals.js";
import { fill, say } from "/static/words.js";

const EVERY = 1000; // ms: with the time an answer takes, a new case is seen within two seconds
const list = () => document.querySelector("[data-live]");
const tubes = (place) => new Set([...place.querySelectorAll("[data-tube]")].map((one) => one.dataset.tube));
let tag = "";

function put(fresh) {
  const old = list();
  const known = tubes(old);
  const added = [...tubes(fresh)].filter((tube) => !known.has(tube));
  keepingPlace(list, () => old.replaceWith(document.adoptNode(fresh)));
  for (const tube of added) fresh.querySelector(`[data-tube="${CSS.escape(tube)}"]`).classList.add("fresh");
  if (!added.length) return;
  say(fill(fresh.dataset.new, { tube: added.join(", ") }), "good");
  signal("notice");
}

async function refresh() {
  try {
    const headers = { Accept: "text/html", ...(tag && { "If-None-Match": tag }) };
    const response = await fetch(location.href, { headers, cache: "no-store", redirect: "error" });
    if (response.status !== 304 && !response.ok) throw new Error(String(response.status));
    tag = response.headers.get("ETag") ?? "";
    if (response.status === 200) put(new DOMParser().parseFromString(await response.text(), "text/html").querySelector("[data-live]"));
    document.getElementById("stale").hidden = true;
  } catch {
    document.getElementById("stale").hidden = false;
  }
}

async function keep() {
  if (document.visibilityState === "visible") await refresh();
  setTimeout(keep, EVERY);
}

setTimeout(keep, EVERY);
offerSound();
