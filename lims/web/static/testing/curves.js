// Amplification curves: fetched when their section is opened for the first time; one well is brought out of the many.
import { words } from "/static/words.js";

async function load(section) {
  const place = section.querySelector("[data-place]");
  if (place.dataset.done) return;
  place.dataset.done = "yes";
  try {
    const response = await fetch(section.dataset.fragment, { headers: { "Accept-Language": document.documentElement.lang } });
    if (!response.ok) throw new Error(String(response.status));
    place.innerHTML = await response.text();
  } catch {
    delete place.dataset.done;
    place.textContent = words("offline");
  }
}

function show(section, well) {
  section.classList.toggle("one-well", well !== "");
  for (const trace of section.querySelectorAll(".trace")) trace.classList.toggle("chosen", trace.dataset.well === well);
}

for (const section of document.querySelectorAll("details[data-fragment]")) {
  section.addEventListener("toggle", () => section.open && load(section));
  section.addEventListener("change", (event) => event.target.matches("[data-curves]") && show(section, event.target.value));
  section.addEventListener("click", (event) => {
    const trace = event.target.closest(".trace");
    if (!trace) return;
    const choice = section.querySelector("[data-curves]");
    choice.value = trace.dataset.well;
    show(section, choice.value);
  });
}
