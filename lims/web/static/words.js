// The page's sentences, in its language: every <script type="application/json" class="words"> and #words together.
const known = {};
for (const script of document.querySelectorAll('script[type="application/json"]#words, script[type="application/json"].words')) {
  Object.assign(known, JSON.parse(script.textContent));
}

/** The sentence of this name, with its {places} filled. */
export function words(name, facts = {}) {
  return fill(known[name] ?? name, facts);
}

/** Anything the page told us under this name, as it is. */
export function told(name) {
  return known[name];
}

export function fill(sentence, facts) {
  return sentence.replace(/\{(\w+)[^}]*\}/g, (place, name) => (name in facts ? [facts[name]].flat().join(", ") : place));
}

const LATER = "lims.said";

/** What just happened, as a sentence at the bottom of the page; `tone` is good, bad or empty. */
export function say(sentence, tone = "") {
  const said = document.getElementById("said");
  said.textContent = sentence;
  said.parentElement.dataset.tone = tone;
}

/** The same, on the page that is opened next. */
export function sayNext(sentence, tone = "good") {
  sessionStorage.setItem(LATER, JSON.stringify({ sentence, tone }));
}

const kept = sessionStorage.getItem(LATER);
if (kept) {
  sessionStorage.removeItem(LATER);
  const { sentence, tone } = JSON.parse(kept);
  say(sentence, tone);
}
