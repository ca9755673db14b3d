"""What somebody sees of a page: whether it fits, whether a text is cut off, and where the focus is."""

from playwright.sync_api import Page

# Words that leave the box they stand in, or are cut off by it. What can be moved is not cut; the line on top gives way by design.
UNFIT = """() => {
  const MOST = 4; // px, within which a margin takes it
  const wrong = [];
  const root = document.documentElement;
  const styles = (one) => getComputedStyle(one);
  const shown = (one) => one.checkVisibility({ visibilityProperty: true });
  if (root.scrollWidth > innerWidth) wrong.push(`${root.scrollWidth - innerWidth} px wider than the screen`);
  function boundsOf(node) {
    const range = document.createRange();
    range.selectNodeContents(node);
    const boxes = [...range.getClientRects()].filter(({ width }) => width);
    const [lefts, rights] = [boxes.map(({ left }) => left), boxes.map(({ right }) => right)];
    return boxes.length ? [Math.min(...lefts), Math.max(...rights), Math.max(...boxes.map(({ bottom }) => bottom))] : null;
  }
  const named = (one) => `<${[one.localName, ...one.classList].join(".")}${one.id ? `#${one.id}` : ""}>`;
  function judge(node) {
    const bounds = boundsOf(node);
    if (!bounds) return;
    const [left, right, bottom] = bounds;
    const told = node.data.trim().slice(0, 40);
    if (node.parentElement.closest("thead")?.getBoundingClientRect().width <= 1) return; // for screen readers alone
    for (let box = node.parentElement; box !== document.body; box = box.parentElement) {
      const { display, overflowX, overflowY } = styles(box);
      if (/auto|scroll/.test(overflowX)) return;
      if (display === "inline" || display === "contents") continue;
      const edge = box.getBoundingClientRect();
      const out = Math.max(right - edge.right, edge.left - left, overflowY === "visible" ? 0 : bottom - edge.bottom);
      if (out > MOST) return wrong.push(`"${told}" leaves ${named(box)} by ${Math.round(out)} px`);
    }
  }
  const PASSED_OVER = ".unseen, .skip, .top, script, template, noscript, datalist, select, svg";
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (words.nextNode()) {
    const { currentNode: node } = words;
    if (node.data.trim() && shown(node.parentElement) && !node.parentElement.closest(PASSED_OVER)) judge(node);
  }
  const pen = document.createElement("canvas").getContext("2d");
  const widthOf = (one, text) => ((pen.font = styles(one).font), pen.measureText(text).width);
  // On a phone, and in large type, a field shows what it has room for: it opens, or is moved with the arrows.
  const roomy = innerWidth > 600 && !root.style.fontSize;
  const fields = document.querySelectorAll("select, input:not([type=checkbox], [type=radio], [type=hidden], [type=file])");
  for (const one of roomy ? fields : []) {
    if (!shown(one) || one.closest(".top, .unseen")) continue;
    const text = one.selectedOptions?.[0]?.text || one.value || one.placeholder || "";
    const { paddingLeft, paddingRight } = styles(one);
    const room = one.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
    const out = widthOf(one, text) - room;
    if (out > MOST && one.type !== "date") wrong.push(`"${text.slice(0, 40)}" is cut off by ${Math.round(out)} px in ${named(one)}`);
  }
  for (const one of document.querySelectorAll("svg text")) {
    const [box, edge] = [one.getBoundingClientRect(), one.ownerSVGElement.getBoundingClientRect()];
    if (!shown(one) || styles(one).visibility !== "visible" || !box.width) continue;
    const out = Math.max(edge.left - box.left, box.right - edge.right, edge.top - box.top, box.bottom - edge.bottom);
    if (out > MOST) wrong.push(`"${one.textContent}" leaves its chart by ${Math.round(out)} px`);
  }
  return wrong;
}"""
# Where the focus is: on what, and whether that is seen.
FOCUS = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return "";
  const what = one.outerHTML.slice(0, 90);
  const seen = one.closest(".choose-file") ?? one;
  const { outlineStyle, outlineWidth } = getComputedStyle(seen);
  if (outlineStyle === "none" || parseFloat(outlineWidth) < 2) return `focus not seen: ${what}`;
  const { left, right, top, bottom } = seen.getBoundingClientRect();
  const middle = (from, to, end) => (Math.max(from, 0) + Math.min(to, end)) / 2;
  const there = document.elementFromPoint(middle(left, right, innerWidth), middle(top, bottom, innerHeight));
  if (!there) return `focus out of sight: ${what}`;
  return seen.contains(there) || there.contains(seen) ? "" : `focus behind ${there.outerHTML.slice(0, 60)}: ${what}`;
}"""
RESTLESS = 30  # tenths of a second
TWICE = "225%"  # the type of our pages is 112.5 % of the browser's


def unseen_focus(page: Page) -> str:
    """What hides the focus, also when the page has had time to come to rest; empty where it is seen."""
    for _ in range(RESTLESS):
        fault: str = page.evaluate(FOCUS)
        if not fault:
            break
        page.wait_for_timeout(100)
    return fault


def unfit(page: Page) -> list[str]:
    """What does not fit the screen, and what does not when its type is set to twice the size."""
    found: list[str] = page.evaluate(UNFIT)
    page.evaluate("size => (document.documentElement.style.fontSize = size)", TWICE)
    found += [f"type of twice the size: {one}" for one in page.evaluate(UNFIT)]
    page.evaluate("document.documentElement.style.fontSize = ''")
    return found


class Keys:
    """Somebody at a page without a mouse; `lost` is every place where the focus was not to be seen."""

    MOST = 120

    def __init__(self, page: Page) -> None:
        self.page = page
        self.lost: list[str] = []

    def to(self, what: str, key: str = "Tab") -> None:
        """Press Tab (or another key) until the focus is on what this CSS selector names."""
        for _ in range(self.MOST):
            self.page.keyboard.press(key)
            self.look()
            if self.page.evaluate("what => document.activeElement.matches(what)", what):
                return
        raise AssertionError(f"no way to {what} by {key} on {self.page.url}")

    def look(self) -> None:
        """Note where the focus cannot be seen."""
        if fault := unseen_focus(self.page):
            self.lost.append(f"{self.page.url}: {fault}")

    def press(self, what: str, key: str = "Tab") -> None:
        """Go there and press Enter."""
        self.to(what, key)
        self.page.keyboard.press("Enter")

    def type(self, what: str, text: str, key: str = "Tab") -> None:
        """Go to a field and type."""
        self.to(what, key)
        self.page.keyboard.type(text)
