/** The model's text: words, calculations, code, and the answer. It enters the page as text nodes only. */

import { useMemo } from "preact/hooks";
import { PartText } from "../maths/PartText";
import { answerParser, type Block } from "../maths/steps";

/** `growing`: more is to come. A line that is complete is not drawn again. */
export function AnswerText({ text, growing = false }: { text: string; growing?: boolean }) {
  const parse = useMemo(answerParser, []);
  const blocks = parse(text);
  return (
    <div class={growing ? "answer-text growing" : "answer-text"}>
      {blocks.map((block, i) => (
        <Line key={i} block={block} finished={!growing || i < blocks.length - 1} />
      ))}
    </div>
  );
}

function Line({ block, finished }: { block: Block; finished: boolean }) {
  return useMemo(() => draw(block, finished), [block, finished]);
}

function draw(block: Block, finished: boolean) {
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
      {block.parts.map((part, i) => (
        <PartText key={i} part={part} finished={finished} />
      ))}
    </p>
  );
}
