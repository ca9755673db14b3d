// Printing labels: to a printer of the site, to this browser, to a file; and the page of print jobs, which keeps itself fresh.
import { ask, post } from "../send.js";
import { uuid7 } from "../uuid7.js";
import { sayNext, words } from "../words.js";

const FRESH_AFTER = 3000; // ms

function tell(form, sentence, tone) {
  const said = form.querySelector(".said");
  said.textContent = sentence;
  said.dataset.tone = tone;
}

/** A job for a printer of the site. One id for one content: pressed again after a network fault it is the same job. */
async function toPrinter(form, fields, printer) {
  const job = { range: form.dataset.print, ...fields, count: Number(fields.count), printer };
  const content = JSON.stringify(job);
  if (form.dataset.content !== content) Object.assign(form.dataset, { content, id: uuid7() });
  const told = await post("/sampling/api/print-jobs", { id: form.dataset.id, ...job });
  if (!told.ok) return tell(form, told.sentence, "bad");
  sayNext(words("sent_to_printer", { count: told.answer.count, printer }));
  return location.assign("/sampling/labels/jobs");
}

async function toFile(form, fields, format, tab) {
  const told = await ask(`/sampling/api/label-ranges/${form.dataset.print}/labels?${new URLSearchParams({ ...fields, format })}`, { file: true });
  if (!told.ok) {
    tab?.close();
    return tell(form, told.sentence, "bad");
  }
  const address = URL.createObjectURL(told.answer.content);
  if (tab) tab.location = address;
  else Object.assign(document.createElement("a"), { href: address, download: told.answer.name }).click();
  return tell(form, tab ? words("opened") : words("downloaded", { name: told.answer.name }), "good");
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("form[data-print]")) return;
  event.preventDefault();
  const { to, ...all } = Object.fromEntries(new FormData(form));
  const fields = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ""));
  const [chosen] = form.elements.to.selectedOptions;
  // The window is opened while the press is still known: later the browser would take it for an unasked one.
  const tab = to === "browser" ? window.open("", "_blank") : null;
  tell(form, words("working"), "");
  event.submitter.disabled = true;
  await (to === "printer" ? toPrinter(form, fields, chosen.dataset.printer) : toFile(form, fields, to === "browser" ? "pdf" : to, tab));
  event.submitter.disabled = false;
  if (document.activeElement === document.body) event.submitter.focus({ preventScroll: true });
});

/** Show how far the jobs are, but never take away what somebody is typing. */
async function freshen(jobs) {
  const busy = () => jobs.contains(document.activeElement) || jobs.querySelector("details[open]");
  if (!busy() && document.visibilityState === "visible") {
    const answer = await fetch(location.href).catch(() => null);
    if (answer?.ok) {
      const found = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("jobs");
      if (found && !busy()) jobs.replaceWith(found);
    }
  }
  follow();
}

function follow() {
  const jobs = document.querySelector("#jobs[data-live]");
  if (jobs) setTimeout(freshen, FRESH_AFTER, jobs);
}

follow();
