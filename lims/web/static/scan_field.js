// The scan field: always ready. Hidden or read-only inputs break handheld scanners, so it is an ordinary text input that
// keeps the focus; `inputmode=none` keeps the keyboard of a phone away until somebody asks for it.

const TYPED_IN = "input, select, textarea, button, a, summary";
const LEFT_BEHIND = 300; // ms

/**
 * Make an input a scan field. `scanned` is called with what was read, at the scanner's Enter or Tab.
 * `keyboard` is a button that shows or hides the phone's keyboard.
 */
export function scanField(input, keyboard, scanned) {
  input.setAttribute("inputmode", "none");
  const take = () => {
    const text = input.value;
    input.value = "";
    if (text.trim()) scanned(text);
  };
  // What was scanned while this page was still coming lies here without its Enter, unless the scanner goes on.
  const early = setTimeout(take, LEFT_BEHIND);
  input.addEventListener("keydown", (event) => {
    clearTimeout(early);
    if ((event.key !== "Enter" && event.key !== "Tab") || !input.value.trim()) return;
    event.preventDefault();
    take();
  });
  keyboard?.addEventListener("click", () => {
    const shown = input.getAttribute("inputmode") === "none";
    input.setAttribute("inputmode", shown ? "text" : "none");
    keyboard.setAttribute("aria-pressed", String(shown));
    input.blur();
    input.focus();
  });
  // A tap beside everything, or a return to this window, makes the field ready again.
  document.addEventListener("click", (event) => {
    if (!event.target.closest(TYPED_IN)) input.focus({ preventScroll: true });
  });
  addEventListener("focus", () => {
    if (document.activeElement === document.body) input.focus({ preventScroll: true });
  });
  input.focus({ preventScroll: true });
}
