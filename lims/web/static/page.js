// What every page does.
import "./forms.js";
import { forget } from "./leaving.js";
import "./words.js";

document.querySelector(".place-choice select")?.addEventListener("change", (event) => event.target.form.submit());
document.addEventListener("lims:done", ({ target, detail }) => {
  if (target.dataset.api === "/auth/sign-out") detail.until(forget());
});
document.addEventListener("click", ({ target }) => {
  const menu = document.querySelector(".menu[open]");
  if (menu && !menu.contains(target)) menu.open = false;
});

// On a phone not all tabs are in sight; the one that is open is.
document.querySelector(".tabs [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });

// What is wider than the screen is scrolled with the arrow keys, too.
const wide = new ResizeObserver((seen) => {
  for (const { target } of seen) {
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});
for (const one of document.querySelectorAll(".scroll")) wide.observe(one);
