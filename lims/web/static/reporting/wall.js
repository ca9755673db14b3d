// The wall sounds when the officials are told something: it asks for the newest notice alone. What is new, its figures show by themselves.
import { ask } from "../send.js";
import { signal } from "../signals.js";
import { offerSound } from "./sounding.js";

const EVERY = 5000; // ms
let newest = null;

async function look() {
  const told = await ask("/reporting/api/notices?limit=1");
  if (!told.ok) return;
  const number = told.answer.items[0]?.number ?? 0;
  if (newest !== null && number > newest) signal("notice");
  newest = number;
}

(async function watch() {
  await look().catch(() => {});
  setTimeout(watch, EVERY);
})();
offerSound();
