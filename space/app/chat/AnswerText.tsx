/** The model's text: words, calculations, code, and the answer. It enters the page as text nodes only. */

import { useMemo } from "preact/hooks";
import { PartText } from "../maths/PartText";
import { answerParser, wholeBlocks, type Block } from "../maths/steps";

interface AnswerTextProps {
  text: string;
  /** More is to come. */
  growing?: boolean;
  /** It broke off before the model ended it. */
  cut?: boolean;
}

/** An answer as it grows and afterwards. A line that is whole is checked, and not drawn again. */
export function AnswerText({ text, growing = false, cut = false }: AnswerTextProps) {
  const parse = useMemo(answerParser, []);
  const blocks = parse(text);
  const whole = wholeBlocks(blocks, text, !growing && !cut);
  return (
    <div class={growing ? "answer-text growing" : "answer-text"}>
      {blocks.map((block, i) => (
        <Line key={i} block={block} finished={i < whole} />
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
