// The button that asks for sound, as a browser gives none before somebody has touched the page, and the mark that there is some.
import { audible, signal } from "../signals.js";

const LOOK = 500; // ms

/** Show the button or the mark of this page (`sounding.html`), from now on. */
export function offerSound() {
  const button = document.getElementById("sound");
  const mark = document.getElementById("sounding");
  const show = () => {
    button.hidden = audible();
    mark.hidden = !audible();
  };
  button.addEventListener("click", () => signal("notice"));
  setInterval(show, LOOK);
  show();
}
