// What every page does.
import "./forms.js";
import "./words.js";

document.querySelector(".place-choice select")?.addEventListener("change", (event) => event.target.form.submit());
