// The list of notices looks for new ones by itself, and sounds when one comes. A browser gives sound only after somebody has
// touched the page: until then a button asks for it.
import { ask } from "../send.js";
import { audible, signal } from "../signals.js";

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
  list().replaceWith(document.adoptNode(fresh.getElementById("notices")));
  document.querySelector("h1").textContent = fresh.querySelector("h1").textContent;
  document.title = fresh.title;
}

function showSound() {
  document.getElementById("sound").hidden = audible();
  document.getElementById("sounding").hidden = !audible();
}

document.getElementById("sound").addEventListener("click", () => signal("notice"));
setInterval(showSound, 500);
(async function watch() {
  await look().catch(() => (document.getElementById("stale").hidden = false));
  setTimeout(watch, EVERY);
})();
showSound();
