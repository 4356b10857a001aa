/** Checks a calculation that a model wrote, exactly: is each side what the relation says it is? Pure. */

import { evaluate, plain, unknowns, written, type Fraction, type Values } from "./arithmetic";
import { sides } from "./formula";

/** Where a calculation goes wrong: `left` is `value`, and `written` stands there instead. */
export interface Slip {
  left: string;
  written: string;
  /** Absent for a comparison, as `3>5`, which has no value to put right. */
  value?: string;
}

export type Check =
  /** `rounded`: the result is the correct rounding to its digits. */
  | { verdict: "right"; rounded: boolean }
  | { verdict: "wrong"; slip: Slip }
  /** It has unknowns, or is not arithmetic, or claims nothing. */
  | { verdict: "unchecked" };

const UNCHECKED: Check = { verdict: "unchecked" };
const RIGHT: Check = { verdict: "right", rounded: false };

/**
 * Checks an equation or a chain of them: `3*7=21`, `1/3=0.33`, `17/5=3 r 2`, `7x=61-12=49`, where 61-12=49 is checked,
 * `12>4`. Sums carried on, as in `7*8=56+5=61`, are read as people mean them: 7*8 is 56, and 56+5 is 61.
 * Polynomials that are the same for all values, as in `(x+1)^2=x^2+2x+1`, are right; others may be equations to solve.
 */
export function check(equation: string, values: Values = {}): Check {
  const chain = sides(plain(equation));
  let known = false;
  let rounded = false;
  for (const [i, relation] of chain.relations.entries()) {
    const [left, right] = [chain.sides[i]!, chain.sides[i + 1]!];
    const link = checkLink(left, relation, right, values, i < chain.relations.length - 1);
    if (link.verdict === "wrong") return link;
    known ||= link.verdict === "right";
    rounded ||= link.verdict === "right" && link.rounded;
  }
  return known ? { verdict: "right", rounded } : UNCHECKED;
}

function checkLink(left: string, relation: string, right: string, values: Values, more: boolean): Check {
  const remainder = relation === "=" ? REMAINDER.exec(right) : null;
  if (remainder) return checkRemainder(left, right, remainder);
  const [a, b] = [evaluate(left, values), evaluate(right, values)];
  if (a === undefined || b === undefined) return relation === "=" && identical(left, right) ? RIGHT : UNCHECKED;
  if (holds(a, relation, b)) return RIGHT;
  if (!/^==?$/.test(relation)) return { verdict: "wrong", slip: { left, written: `${relation}${right}` } };
  if (more && carriesOn(a, right)) return RIGHT;
  if (isRounding(a, right, b)) return { verdict: "right", rounded: true };
  return { verdict: "wrong", slip: slipOf(left, a, right, b) };
}

/** Says of the side that is worked out what it is: `140*7+6` is 986, not 1000, for `1000=140*7+6` too. */
function slipOf(left: string, a: Fraction, right: string, b: Fraction): Slip {
  if (NUMERAL.test(left) && !NUMERAL.test(right)) return slipOf(right, b, left, a);
  const value = written(a, right);
  return { left, written: right, value: value === left ? written(a) : value };
}

const NUMERAL = /^-?\$?[\d,]+(?:\.\d+)?%?$/;

function holds(a: Fraction, relation: string, b: Fraction): boolean {
  const order = a.compare(b);
  switch (relation) {
    case "<":
      return order < 0;
    case ">":
      return order > 0;
    case "<=":
    case "≤":
      return order <= 0;
    case ">=":
    case "≥":
      return order >= 0;
    case "!=":
    case "≠":
      return order !== 0;
    default:
      return order === 0;
  }
}

/** `7*8=56+5`: does the next sum begin with the result? */
function carriesOn(result: Fraction, next: string): boolean {
  const start = /^-?\$?[\d,]+(?:\.\d+)?(?=\s*[-+*/])/.exec(next)?.[0];
  return start !== undefined && evaluate(start)?.equals(result) === true;
}

/** `1/3=0.33` and `2/3=0.67`, not `7/2=3`: a rounded result has decimals. */
export function isRounding(exact: Fraction, result: string, value: Fraction): boolean {
  const decimals = /^-?\$?[\d,]+\.(\d+)(%?)$/.exec(result);
  if (!decimals) return false;
  const places = decimals[1]!.length + (decimals[2] ? 2 : 0);
  return (
    exact
      .sub(value)
      .abs()
      .mul(2n)
      .compare(evaluate(`1/10^${places}`) ?? 0) <= 0
  );
}

/** A whole number with a remainder: `3 r 2`, `3 remainder 2`. */
const REMAINDER = /^(\d{1,40})\s*(?:r|remainder)\s*(\d{1,40})$/i;

/** `17/5=3 r 2`: 17 is 3 times 5 and 2 more. */
function checkRemainder(left: string, right: string, [, quotient, rest]: RegExpExecArray): Check {
  const [, dividend, divisor] = /^(\d{1,40})\s*\/\s*(\d{1,40})$/.exec(left) ?? [];
  if (dividend === undefined || divisor === undefined || BigInt(divisor) === 0n) return UNCHECKED;
  const [a, b] = [BigInt(dividend), BigInt(divisor)];
  if (a / b === BigInt(quotient!) && a % b === BigInt(rest!)) return RIGHT;
  return { verdict: "wrong", slip: { left, written: right, value: `${a / b} remainder ${a % b}` } };
}

// Polynomials as short as these that agree at two points of large coordinates are the same. The first letter's number,
// and the step to the next letter's.
const POINTS = [
  [10007, 211],
  [15013, 307],
] as const;

function identical(left: string, right: string): boolean {
  const letters = new Set([...unknowns(left), ...unknowns(right)]);
  if (letters.size === 0) return false;
  return POINTS.every(([start, step]) => {
    const point = Object.fromEntries([...letters].map((letter, i) => [letter, evaluate(`${start + i * step}`)!]));
    const value = evaluate(left, point);
    return value !== undefined && evaluate(right, point)?.equals(value) === true;
  });
}
