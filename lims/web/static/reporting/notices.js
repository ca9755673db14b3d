// The list of notices looks for new ones by itself, and sounds when one comes.
import { keepingPlace } from "../keeping_place.js";
import { ask } from "../send.js";
import { signal } from "../signals.js";
import { offerSound } from "./sounding.js";

const EVERY = 5000; // ms
const list = () => document.getElementById("notices");
const newest = () => Number(list().dataset.newest);

async function look() {
  const told = await ask("/reporting/api/notices?limit=1");
  document.getElementById("stale").hidden = told.ok;
  const number = told.ok ? (told.answer.items[0]?.number ?? 0) : 0;
  if (number <= newest()) return;
  await renew();
  signal("notice");
}

async function renew() {
  const response = await fetch(location.href, { headers: { Accept: "text/html" }, redirect: "error" });
  if (!response.ok) return;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  keepingPlace(list, () => list().replaceWith(document.adoptNode(fresh.getElementById("notices"))));
  document.querySelector("h1").textContent = fresh.querySelector("h1").textContent;
  document.title = fresh.title;
}

(async function watch() {
  await look().catch(() => (document.getElementById("stale").hidden = false));
  setTimeout(watch, EVERY);
})();
offerSound();
