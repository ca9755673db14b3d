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
