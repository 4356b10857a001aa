/** What the checks of an answer come to: how many calculations hold, and whether the answer fits. Pure. */

import { evaluate } from "./arithmetic";
import { check, type Check, type Slip } from "./check";
import { sides } from "./formula";
import { parseAnswer, prettyMath, type Calculation } from "./steps";
import { says } from "./trial";

/** As {@link Check}; `doubted` is wrong, and the model itself put a question mark behind it. */
export type Verdict = Check | { verdict: "doubted"; slip: Slip };

export interface Summary {
  right: number;
  /** Of the right ones, those with a rounded result. */
  rounded: number;
  wrong: Slip[];
  doubted: number;
  unchecked: number;
  /** Is the answer the result of the last calculation? Absent where the two need not be the same. */
  answerFollows?: boolean;
}

export function verdict({ source, doubted }: Calculation): Verdict {
  const found = check(source);
  return doubted && found.verdict === "wrong" ? { verdict: "doubted", slip: found.slip } : found;
}

/** Does it say that something equals something, or is more than it? `3-9` alone says nothing. */
export function claims({ source }: Calculation): boolean {
  return sides(source).relations.length > 0;
}

/** Checks all calculations of an answer; of one that was cut, not those of the line where it breaks off. */
export function summarise(text: string, cut = false): Summary {
  const blocks = parseAnswer(cut ? text.slice(0, text.lastIndexOf("\n") + 1) : text);
  const calculations = blocks
    .flatMap((block) => (block.kind === "step" ? block.parts : []))
    .filter((part): part is Calculation => "math" in part && claims(part));
  const summary: Summary = { right: 0, rounded: 0, wrong: [], doubted: 0, unchecked: 0 };
  for (const calculation of calculations) {
    const found = verdict(calculation);
    if (found.verdict === "wrong") summary.wrong.push(found.slip);
    else summary[found.verdict]++;
    if (found.verdict === "right" && found.rounded) summary.rounded++;
  }
  const answer = blocks.findLast((block) => block.kind === "answer")?.text;
  const last = calculations.at(-1);
  const result = last && evaluate(sides(last.source).sides.at(-1)!);
  const follows = answer !== undefined && result ? says(answer, result) : undefined;
  // A calculation in << >> that ends the last line is the solution's last step; others may be the working of a sum.
  if (follows || (follows === false && /<<[^<>]*>>\n+####/.test(text))) summary.answerFollows = follows;
  return summary;
}

/** The summary in a sentence or two; empty where there was nothing to check. */
export function summaryLine({ right, rounded, wrong, doubted, unchecked, answerFollows }: Summary): string {
  const checked = right + wrong.length;
  const sentences: string[] = [];
  if (wrong.length > 0) {
    const count = `${wrong.length} of ${plural(checked, "calculation")} ${wrong.length === 1 ? "is" : "are"} wrong`;
    sentences.push(`${count}: ${describeSlip(wrong[0]!)}.`);
  } else if (right > 0) {
    const few = ["", "The calculation checks out.", "Both calculations check out."];
    sentences.push(few[right] ?? `All ${right} calculations check out.`);
  }
  if (rounded > 0) sentences.push(rounded === 1 ? "One result is rounded." : `${rounded} results are rounded.`);
  if (doubted > 0) sentences.push(`The model itself doubted ${plural(doubted, "wrong result")}.`);
  if (unchecked > 0) sentences.push(`Not checked: ${plural(unchecked, "formula")} with unknowns.`);
  if (answerFollows === false) sentences.push("The answer is not the result of the last calculation.");
  return sentences.join(" ");
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** `7 × 8 is 56, not 54`. */
export function describeSlip({ left, written: wrote, value }: Slip): string {
  const what = prettyMath(left);
  if (value === undefined) return `${what} ${prettyMath(wrote)} does not hold`;
  return `${what} is ${prettyMath(value)}, not ${prettyMath(wrote)}`;
}
