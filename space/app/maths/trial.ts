/** Tries an answer on its question: is it what the question's own arithmetic comes to? Pure. */

import { evaluate, MAX_LENGTH, unknowns, written, type Fraction, type Values } from "./arithmetic";
import { check, isRounding } from "./check";
import { formulas, sides } from "./formula";
import { parseAnswer, prettyMath } from "./steps";

/** An equation of the question with the answer put in, or the question's expression with its value. */
export interface Trial {
  kind: "put in" | "calculated";
  /** With the numbers in place of the letters: `7 × 7 + 12 = 61`; or `47 × 86 = 4042`, which is true. */
  equation: string;
  /** Does the answer fit? */
  holds: boolean;
}

const MAX_QUESTION = 2000;

/** What can be told of an answer from the question alone. */
export function tryAnswer(question: string, text: string): Trial[] {
  const answer = parseAnswer(text).findLast((block) => block.kind === "answer")?.text;
  if (answer === undefined || question.length > MAX_QUESTION) return [];
  return [...calculate(question, answer), ...putIn(question, answer)];
}

const ASKED = /^(?:(?:what|how much) is|calculate|compute|evaluate|work out)?:?\s*(.*?\d.*?)\s*(?:=\s*\??|[?.])?$/i;

/** `What is 47 * 86?` and `15% of 80` say all that is asked. `1000 / 7` may ask for the quotient without the rest. */
function calculate(question: string, answer: string): Trial[] {
  if (question.length > MAX_LENGTH) return [];
  const expression = ASKED.exec(question.trim())?.[1]!.replace(/(?<=%|\d\/\d{1,9}) of (?=[\d$])/, " * ") ?? "";
  const value = evaluate(expression);
  const holds = value && says(answer, value);
  if (value === undefined || holds === undefined || !/[-+*/^×÷−]/.test(expression.slice(1))) return [];
  if (value.d !== 1n && says(answer, value.floor())) return [];
  const equation = `${prettyMath(expression)} = ${prettyMath(written(value, answer))}`;
  return [{ kind: "calculated", equation, holds }];
}

/**
 * Puts the answer back into the equations of the question, where it has some with unknowns that the answer gives:
 * `7` or `x=7` for `7x + 12 = 61`, `p=-3, q=-2` for a system, each of `-12, 4`. Empty where that is not so, where
 * the equation may be meant in another way than to be solved, or where a decimal that does not fit may be rounded.
 */
function putIn(question: string, answer: string): Trial[] {
  const equations = formulas(question)
    .map(({ start, end }) => question.slice(start, end))
    .filter((formula) => sides(formula).relations.join() === "=" && lettersOf(formula).length > 0);
  const letters = [...new Set(equations.flatMap(lettersOf))];
  const exact = !/\.\d/.test(answer);
  const trials = solutions(answer, letters).flatMap((values) =>
    equations.flatMap((equation) => {
      const found = isGiven(equation) ? undefined : check(equation, values).verdict;
      const decided = found === "right" || (found === "wrong" && exact);
      const kind = "put in" as const;
      return decided ? [{ kind, equation: filled(equation, values), holds: found === "right" }] : [];
    }),
  );
  const asked = /\b(?:solve|solution)/i.test(question);
  return asked || trials.every(({ holds }) => holds) ? trials : [];
}

/** `x = 4` is told, not to be solved. */
function isGiven(equation: string): boolean {
  return sides(equation).sides.some((side) => /^[A-Za-z]$/.test(side)) && lettersOf(equation).length === 1;
}

function lettersOf(formula: string): string[] {
  return sides(formula).sides.flatMap((side) => [...unknowns(side)]);
}

function solutions(answer: string, letters: string[]): Values[] {
  const named = Object.fromEntries(
    answer.split(/,\s*/).flatMap((piece) => {
      const [name = "", value = "", more] = piece.split(/\s*=\s*/);
      const number = evaluate(value);
      return number && more === undefined ? [[name, number]] : [];
    }),
  );
  if (letters.length > 0 && letters.every((letter) => Object.hasOwn(named, letter))) return [named];
  return letters.length === 1 ? (numbers(answer) ?? []).map((value) => ({ [letters[0]!]: value })) : [];
}

function filled(equation: string, values: Values): string {
  const put = (whole: string, before: string | undefined, letter: string) => {
    if (!Object.hasOwn(values, letter)) return whole;
    const value = written(values[letter]!);
    const number = /^\d+$/.test(value) ? value : `(${value})`;
    return before === undefined ? number : `${before}*${number}`;
  };
  return prettyMath(equation.replace(/([\w)])?\s*([A-Za-z])(?![A-Za-z])/g, put));
}

/** The numbers that an answer consists of: `33`, `-12, 4`, `$2.60`, `5 kg`; undefined for other answers. */
function numbers(answer: string): Fraction[] | undefined {
  const pieces = withoutUnit(answer).split(/, | and | or /);
  const values = pieces.map((piece) => (unknowns(piece).size === 0 ? evaluate(piece) : undefined));
  return values.every((value) => value !== undefined) ? values : undefined;
}

/** Is the answer one number, and that `value` or its rounding? Undefined for other answers. */
export function says(answer: string, value: Fraction): boolean | undefined {
  const said = numbers(answer);
  if (said?.length !== 1) return undefined;
  return said[0]!.equals(value) || isRounding(value, withoutUnit(answer), said[0]!);
}

function withoutUnit(answer: string): string {
  return answer.replace(/(?<=\d) [A-Za-z][\w^/]*$/, "");
}

/** A trial in a sentence. */
export function trialLine({ kind, equation, holds }: Trial): string {
  if (kind === "put in") return `Put into the question: ${equation} ${holds ? "holds" : "does not hold"}.`;
  return `Calculated by the page: ${equation}${holds ? "" : ", so the answer is wrong"}.`;
}
