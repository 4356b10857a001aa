"""axe-core in a page: what of it breaks WCAG 2.2 AA or a rule that accessible pages keep."""

from pathlib import Path

from tests.space.browsers import Page


SCRIPT = Path(__file__).parents[2] / "space" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]

# Colours that are on their way to other colours would be measured on the way.
_RUN = """
for (const animation of document.getAnimations()) {
  if (animation.effect.getTiming().iterations !== Infinity) animation.finish();
}
const options = {
  runOnly: { type: "tag", values: arguments[0] },
  rules: { "target-size": { enabled: true } },
  resultTypes: ["violations"],
};
const why = ({ any, all, none }) => [...any, ...all, ...none].map(({ message }) => message).join("; ");
const { violations } = await window.axe.run(document, options);
return violations.flatMap(({ id, nodes }) =>
  nodes.map((node) => `${id}: ${node.html.slice(0, 200)} (${why(node).slice(0, 300)})`));
"""


def violations(page: Page) -> list[str]:
    """Each with its rule, the element and what is wrong with it. Brings axe into the page where it is not there."""
    if not page.eval("return 'axe' in window;"):
        page.driver.execute_script(SCRIPT.read_text())
    return page.eval(_RUN, TAGS)
