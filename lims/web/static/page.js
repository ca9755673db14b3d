// What every page does.
import "./forms.js";
import { forget } from "./leaving.js";
import "./words.js";

document.querySelector(".place-choice select")?.addEventListener("change", (event) => event.target.form.submit());
document.addEventListener("lims:done", ({ target, detail }) => {
  if (target.dataset.api === "/auth/sign-out") detail.until(forget());
});

// The menu lies over the page: it closes when somebody goes on beside it, by pointer or by key.
const menu = document.querySelector(".menu");
for (const going of ["click", "focusin"]) {
  document.addEventListener(going, ({ target }) => {
    if (menu?.open && !menu.contains(target)) menu.open = false;
  });
}
menu?.addEventListener("keydown", ({ key }) => {
  if (key !== "Escape" || !menu.open) return;
  menu.open = false;
  menu.querySelector("summary").focus();
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
