// What keys reach: `keyboard.reachable()` are the visible controls, `keyboard.focused()` is the one that has the focus,
// also in shadow roots, and whether that can be seen.

const hosts = (root) => [...root.querySelectorAll("*")].filter((e) => e.shadowRoot);
const roots = (root) => [root, ...hosts(root).flatMap((e) => roots(e.shadowRoot))];
const CONTROLS = "a[href], button, input, select, textarea, summary, [tabindex], [contenteditable=true]";
const visible = (e) => e.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true });
const numbers = new Map();
const numberOf = (e) => numbers.get(e) ?? (numbers.set(e, numbers.size), numbers.size - 1);
const wordsOf = (e) => (e.getAttribute("aria-label") ?? e.textContent).trim().slice(0, 40);
const nameOf = (e) => `${e.localName}${e.id ? "#" + e.id : ""} "${wordsOf(e)}"`;
/** Outlines, shadows and borders of an element and of those around it. */
const looks = (e) => {
  const found = [];
  for (let here = e; here && found.length < 6; here = here.parentElement ?? here.getRootNode().host) {
    const { outlineStyle, outlineWidth, outlineColor, boxShadow, borderColor } = getComputedStyle(here);
    const outline = outlineStyle === "none" ? "" : outlineStyle + outlineWidth + outlineColor;
    found.push([outline, boxShadow, borderColor].join());
  }
  return found;
};
const deepest = () => {
  let e = document.activeElement;
  while (e?.shadowRoot?.activeElement) e = e.shadowRoot.activeElement;
  return e;
};
const soon = () => new Promise((resolve) => setTimeout(resolve, 20));
const topmost = (x, y) => {
  let top = document.elementFromPoint(x, y);
  for (let within; (within = top?.shadowRoot?.elementFromPoint(x, y)) && within !== top; ) top = within;
  return top;
};

window.keyboard = {
  reachable: () =>
    roots(document)
      .flatMap((root) => [...root.querySelectorAll(CONTROLS)])
      .filter((e) => !e.disabled && e.tabIndex >= 0 && visible(e))
      .filter((e) => e.type !== "radio" || e.checked) // arrow keys reach the others of its group
      .map((e) => ({ number: numberOf(e), name: nameOf(e) })),
  focused: async () => {
    await soon(); // CodeMirror shows its focus a little later
    const e = deepest();
    if (!e || e === document.body) return null;
    const box = e.getBoundingClientRect();
    const x = box.x + Math.min(box.width, innerWidth) / 2;
    const y = Math.min(Math.max(box.y, 1) + Math.min(box.height / 2, 8), innerHeight - 1);
    const top = topmost(x, y);
    const covered = !(top && (e.contains(top) || top.contains(e) || top.getRootNode().host === e));
    const seen = looks(e);
    e.blur();
    const changed = () => looks(e).some((look, i) => look !== seen[i]);
    for (let i = 0; i < 50 && !changed(); i++) await soon();
    const shown = changed();
    e.focus({ preventScroll: true });
    const inView = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
    return { number: numberOf(e), name: nameOf(e), visible: shown, covered, inView };
  },
};
