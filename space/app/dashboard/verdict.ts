/** What a comparison has shown, in words, whichever way it went. */

import type { Point } from "../reference/compare";
import { seconds } from "../ui/numbers";

/** Times that differ by less are called equal: the same model measured twice differs by as much. */
const EQUAL = 1.1;

/**
 * @param odin points at growing contexts.
 * @param reference as many points at the same contexts.
 * @returns undefined while there is nothing to tell.
 */
export function verdict(odin: readonly Point[], reference: readonly Point[]): string | undefined {
  const at = odin.map(({ context }, i) => ({ context, ours: odin[i]!, theirs: reference[i]! }));
  const [first, last] = [at[0], at.at(-1)];
  if (!first || !last) return undefined;
  const rate = ({ context, ours, theirs }: typeof first) =>
    `after ${count(context)} tokens of text ${faster(ours.tokenMs, theirs.tokenMs, "writes", "write")} ` +
    `(ODIN ${seconds(ours.tokenMs)} a token, the transformer ${seconds(theirs.tokenMs)})`;
  const parts = [`On this device, ${rate(first)}`];
  if (last !== first) parts.push(`${rate(last)}`);
  const reading =
    `The first token after ${count(last.context)} tokens came in ${seconds(last.ours.prefillMs)} from ODIN and in ` +
    `${seconds(last.theirs.prefillMs)} from the transformer`;
  return `${parts.join("; ")}. ${reading}.`;
}

function faster(ours: number, theirs: number, verb: string, verbOfBoth: string): string {
  const ratio = theirs / ours;
  if (ratio < EQUAL && 1 / ratio < EQUAL) return `both ${verbOfBoth} about as fast`;
  return ratio > 1
    ? `ODIN ${verb} ${times(ratio)} times as fast as the transformer`
    : `the transformer ${verb} ${times(1 / ratio)} times as fast as ODIN`;
}

function times(ratio: number): string {
  return ratio < 10 ? ratio.toFixed(1) : count(Math.round(ratio));
}

export function count(number: number): string {
  return number.toLocaleString("en");
}
