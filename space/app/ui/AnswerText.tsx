/** The model's text: words, calculations, code, and the answer. It enters the page as text nodes only. */

import { useMemo } from "preact/hooks";
import { parseAnswer, type Block } from "../format";

/** `growing`: more is to come. A line that is complete is not drawn again. */
export function AnswerText({ text, growing = false }: { text: string; growing?: boolean }) {
  const blocks = parseAnswer(text);
  return (
    <div class={growing ? "answer-text growing" : "answer-text"}>
      {blocks.map((block, i) => (
        <Line key={i} block={block} />
      ))}
    </div>
  );
}

function Line({ block }: { block: Block }) {
  return useMemo(() => draw(block), [JSON.stringify(block)]);
}

function draw(block: Block) {
  if (block.kind === "answer") {
    return (
      <p class="final" dir="auto">
        <span>Answer</span> <strong>{block.text}</strong>
      </p>
    );
  }
  if (block.kind === "code") {
    return (
      <pre tabIndex={0} aria-label="Code">
        <code data-language={block.language}>{block.text}</code>
      </pre>
    );
  }
  return (
    <p dir="auto">
      {block.parts.map((part) =>
        "text" in part ? (
          part.text
        ) : (
          <span class="calculation">
            {part.math}
            {part.result !== undefined && <b> = {part.result}</b>}
          </span>
        ),
      )}
    </p>
  );
}
