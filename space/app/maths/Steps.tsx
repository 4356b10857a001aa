/** Worked steps on the screen, each calculation with what the page found out about it. Everything in them is text. */

import { useMemo } from "preact/hooks";
import { correction, PartText } from "./PartText";
import type { Block } from "./steps";
import { claims, verdict } from "./summary";

interface StepsProps {
  blocks: readonly Block[];
  /** How many of them are whole: only those are checked. */
  whole: number;
  /** How many of them no longer grow. */
  finished: number;
  writing: boolean;
}

export function Steps({ blocks, whole, finished, writing }: StepsProps) {
  return (
    // Without list marks, Safari takes a list for none, unless it is told.
    <ol id="steps" class={writing ? "steps writing" : "steps"} role="list" aria-label="Steps" aria-busy={writing}>
      {blocks.map(
        (block, i) =>
          block.kind !== "answer" && <Step key={i} block={block} whole={i < whole} finished={i < finished} />,
      )}
    </ol>
  );
}

function Step({ block, whole, finished }: { block: Block; whole: boolean; finished: boolean }) {
  return useMemo(() => {
    if (block.kind === "step") {
      return (
        <li class="step" data-step={finished ? "finished" : "growing"}>
          <p dir="auto">
            {block.parts.map((part, i) => (
              <PartText key={i} part={part} finished={whole} />
            ))}
          </p>
        </li>
      );
    }
    return (
      <li class="code">
        <pre tabIndex={0} aria-label="Code">
          {block.text}
        </pre>
      </li>
    );
  }, [block, whole, finished]);
}

/** A block as a screen reader says it; one that is not whole without what the page found out. */
export function spoken(block: Block, whole: boolean): string {
  if (block.kind !== "step") return block.kind === "answer" ? `Answer: ${block.text}` : "Code";
  const words = block.parts.map((part) => {
    if ("text" in part) return part.text;
    const equation = part.result === undefined ? part.math : `${part.math} = ${part.result}`;
    const found = whole && claims(part) ? verdict(part) : undefined;
    return found?.verdict === "wrong" ? `${equation}, wrong: ${correction(part, found.slip)}` : equation;
  });
  return words.join("");
}
