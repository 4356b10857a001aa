/** Whether an answer is right, and how many are. Pure. */

export interface Asked {
  question: string;
  expected: string;
  given: string;
  right: boolean;
}

const MARK = "####";

/** Text after the last `####`, where an answer's result stands; of an answer without one, all of it. */
export function resultOf(answer: string): string {
  const at = answer.lastIndexOf(MARK);
  return (at < 0 ? answer : answer.slice(at + MARK.length)).trim();
}

/** Are the results the same, or, where none is expected to be marked as such, the whole texts? */
export function isRight(expected: string, given: string): boolean {
  if (!expected.includes(MARK)) return given.trim() === expected.trim();
  return given.includes(MARK) && resultOf(given) === resultOf(expected);
}

export function mark({ question, answer }: { question: string; answer: string }, given: string): Asked {
  return { question, expected: answer, given, right: isRight(answer, given) };
}

/** Right ones among all; NaN of none. */
export function accuracy(asked: readonly Asked[]): number {
  return asked.filter(({ right }) => right).length / asked.length;
}
