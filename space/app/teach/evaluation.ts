/** Asking the model the questions that were held out. */

import type { Example, OdinLLM } from "../../runtime/index";
import { mark, type Asked } from "./score";

/** An answer that goes astray is cut a little beyond the longest that is expected: a token is a byte at least. */
const MARGIN = 48;
const MOST_TOKENS = 512;

/**
 * Asks each question, greedily; the same model gives the same answers.
 *
 * @param onAnswered is told all answers so far.
 * @param signal ends it; the answers so far are returned.
 */
export async function askAll(
  llm: Pick<OdinLLM, "generate">,
  examples: readonly Example[],
  onAnswered: (asked: readonly Asked[]) => void,
  signal: AbortSignal,
): Promise<readonly Asked[]> {
  const longest = Math.max(0, ...examples.map(({ answer }) => new TextEncoder().encode(answer).length));
  const options = { temperature: 0, maxTokens: Math.min(MOST_TOKENS, longest + MARGIN), signal };
  let asked: readonly Asked[] = [];
  for (const example of examples) {
    let text = "";
    for await (const chunk of llm.generate(example.question, options)) text += chunk.text;
    if (signal.aborted) break; // half an answer is none
    onAnswered((asked = [...asked, mark(example, text)]));
  }
  return asked;
}
