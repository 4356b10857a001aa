/** Worked steps on the screen, each calculation with what the page found out about it. Everything in them is text. */

import { useMemo } from "preact/hooks";
import { Icon } from "../ui/Icon";
import type { Slip } from "./check";
import { prettyMath, type Block, type Calculation, type Part } from "./steps";
import { claims, describeSlip, verdict, type Verdict } from "./summary";

interface StepsProps {
  blocks: readonly Block[];
  /** How many of them are complete: only those are checked. */
  finished: number;
  writing: boolean;
}

export function Steps({ blocks, finished, writing }: StepsProps) {
  return (
    // Without list marks, Safari takes a list for none, unless it is told.
    <ol id="steps" class={writing ? "steps writing" : "steps"} role="list" aria-label="Steps" aria-busy={writing}>
      {blocks.map((block, i) => block.kind !== "answer" && <Step key={i} block={block} finished={i < finished} />)}
    </ol>
  );
}

function Step({ block, finished }: { block: Block; finished: boolean }) {
  return useMemo(() => {
    if (block.kind === "step") {
      return (
        <li class="step" data-step={finished ? "finished" : "growing"}>
          <p dir="auto">{block.parts.map((part) => drawPart(part, finished))}</p>
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
  }, [block, finished]);
}

function drawPart(part: Part, finished: boolean) {
  if ("text" in part) return part.text;
  const { math, result } = part;
  const found = finished && claims(part) ? verdict(part) : undefined;
  return (
    // A calculation reads from the left inside of any text.
    <span class="calculation" dir="ltr" data-verdict={found?.verdict}>
      <span class="math">
        {math}
        {result !== undefined && (
          <>
            {" = "}
            <b>{result}</b>
          </>
        )}
      </span>
      {found && drawVerdict(part, found)}
    </span>
  );
}

function drawVerdict(part: Calculation, found: Verdict) {
  switch (found.verdict) {
    case "right":
      return (
        <>
          <Icon name="check" />
          {found.rounded ? <small> rounded</small> : <span class="said"> correct</span>}
        </>
      );
    case "wrong":
      return (
        <>
          <Icon name="cross" />
          <span class="said"> wrong: </span>
          <small> {correction(part, found.slip)}</small>
        </>
      );
    case "doubted":
      return <small> doubted by the model itself: {correction(part, found.slip)}</small>;
    case "unchecked":
      return null;
  }
}

/** The right value; in a chain, of which of its parts. */
function correction({ source }: Calculation, slip: Slip): string {
  const whole = source.startsWith(slip.left) && source.indexOf("=") === source.lastIndexOf("=");
  return whole && slip.value !== undefined ? `it is ${prettyMath(slip.value)}` : describeSlip(slip);
}

/** A finished block as a screen reader says it. */
export function spoken(block: Block): string {
  if (block.kind !== "step") return block.kind === "answer" ? `Answer: ${block.text}` : "Code";
  const words = block.parts.map((part) => {
    if ("text" in part) return part.text;
    const equation = part.result === undefined ? part.math : `${part.math} = ${part.result}`;
    const found = claims(part) ? verdict(part) : undefined;
    return found?.verdict === "wrong" ? `${equation}, wrong: ${correction(part, found.slip)}` : equation;
  });
  return words.join("");
}
