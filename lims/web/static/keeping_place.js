// Whoever works by keyboard keeps their place when the list they stand in is drawn anew: without it the next key goes nowhere.
const HIT = "a, button, input, select, textarea, summary";
const nameOf = (one) => one.getAttribute("href") ?? one.getAttribute("aria-label") ?? one.textContent.trim();

/**
 * Draw anew what `place()` answers. The focus comes back to what is called as before, in the line of the same `data-key` where lines have
 * one; where that is gone, to what stands before it, or first.
 */
export function keepingPlace(place, redraw) {
  const stood = document.activeElement;
  if (!place().contains(stood)) return redraw();
  const key = stood.closest("[data-key]")?.dataset.key;
  const line = () => (key && place().querySelector(`[data-key="${CSS.escape(key)}"]`)) || place();
  const parts = () => [...line().querySelectorAll(HIT)];
  const [name, index] = [nameOf(stood), parts().indexOf(stood)];
  redraw();
  const now = parts();
  const called = now.filter((one) => nameOf(one) === name);
  const there = [...called, ...now.slice(0, index + 1).reverse(), ...now].find((one) => one.checkVisibility() && !one.disabled);
  return there?.focus({ preventScroll: true });
}
