/** Draws an answer while it grows. Model text enters the page as text nodes only, never as HTML. */

import { parseAnswer, type Block } from "./format";

/** Shows `blocks` inside `list`, an ordered list; only what changed since the last call is drawn again. */
export class AnswerView {
  #shown: string[] = [];

  constructor(readonly list: HTMLElement) {}

  show(text: string): void {
    const blocks = parseAnswer(text);
    blocks.forEach((block, i) => {
      const key = JSON.stringify(block);
      if (key === this.#shown[i]) return;
      this.#shown[i] = key;
      const old = this.list.children[i];
      const drawn = draw(block);
      // Only a line that begins slides in; one that grows must not start over.
      if (old) {
        drawn.classList.add("grown");
        old.replaceWith(drawn);
      } else {
        this.list.append(drawn);
      }
    });
    while (this.list.children.length > blocks.length) this.list.lastElementChild!.remove();
    this.#shown.length = blocks.length;
  }
}

function draw(block: Block): HTMLElement {
  if (block.kind === "answer") {
    return element("li", "answer", element("span", "label", "Answer"), element("strong", "value", block.text));
  }
  if (block.kind === "code") {
    const code = element("code", "", block.text);
    if (block.language) code.dataset["language"] = block.language;
    const frame = element("pre", "", code);
    frame.tabIndex = 0; // long lines scroll, and the keyboard must be able to
    return element("li", "code", frame);
  }
  const parts = block.parts.map((part) => {
    if ("text" in part) return part.text;
    const result = part.result === undefined ? [] : [" = ", element("b", "", part.result)];
    return element("span", "calculation", part.math, ...result);
  });
  return element("li", "step", element("p", "", ...parts));
}

function element(tag: string, className: string, ...children: (Node | string)[]): HTMLElement {
  const node = document.createElement(tag);
  node.className = className;
  node.append(...children);
  return node;
}
