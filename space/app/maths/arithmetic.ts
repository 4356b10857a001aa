/**
 * Exact arithmetic as a model writes it: `3*7`, `(1/3)/(1/3)`, `7x-12`, `15%`, `$1,200`. Fractions of big integers, by
 * fraction.js; the reading of expressions is here, because no text may make the page hang.
 */

import Fraction from "fraction.js";

export type { Fraction };
/** What the unknowns of an expression stand for, by their letter. */
export type Values = Readonly<Record<string, Fraction>>;

/** Longer expressions, deeper brackets and larger numbers are not evaluated. */
export const MAX_LENGTH = 300;
export const MAX_DEPTH = 20;
const MAX_DIGITS = 40;
const MAX_EXPONENT = 100;
const MAX_SIZE = 10n ** 120n;

const NUMBER = String.raw`\$?(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?(?!\.\d)`;
const NAME = "pi(?![A-Za-z])|π|[A-Za-z]'?(?![A-Za-z])";
/** A number, a letter that stands for one (`x`, `f'`, `pi`), an operator or a bracket. Sticky: set `lastIndex`. */
export const TOKEN = new RegExp(
  String.raw`(?<number>${NUMBER})|(?<name>${NAME})|(?<operator>\*\*|[-+*/^])|[()|%]`,
  "y",
);

/** The same text, with the operators of typography as those of the keyboard. Positions stay the same. */
export function plain(text: string): string {
  return text.replace(/[×·]/g, "*").replaceAll("÷", "/").replace(/[−–]/g, "-");
}

class NotArithmetic extends Error {}

/**
 * The exact value of an expression, or undefined where it has unknowns without a value, cannot be read, divides by
 * zero, or grows out of bounds. `1/2x` and `6/2(3)` are not evaluated: people disagree on what they mean.
 */
export function evaluate(expression: string, values: Values = {}): Fraction | undefined {
  if (expression.length > MAX_LENGTH) return undefined;
  try {
    return new Reader(plain(expression), values).read();
  } catch {
    return undefined; // NotArithmetic, or a division by zero inside fraction.js
  }
}

/** The letters in an expression that stand for numbers. */
export function unknowns(expression: string): Set<string> {
  return new Set(tokens(plain(expression))?.flatMap(({ name }) => name ?? []));
}

interface Token {
  text: string;
  number?: string | undefined;
  name?: string | undefined;
}

function tokens(expression: string): Token[] | undefined {
  const found: Token[] = [];
  for (let at = 0; ;) {
    while (expression[at] === " ") at++;
    if (at >= expression.length) return found;
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(expression);
    if (!match) return undefined;
    found.push({ text: match[0], number: match.groups?.["number"], name: match.groups?.["name"] });
    at = TOKEN.lastIndex;
  }
}

/** Reads sums of products of powers, each rule by the next one. */
class Reader {
  readonly #tokens: Token[];
  #at = 0;
  #depth = 0;

  constructor(
    expression: string,
    readonly values: Values,
  ) {
    this.#tokens = tokens(expression) ?? [];
  }

  read(): Fraction {
    const value = this.#sum();
    if (this.#at < this.#tokens.length) throw new NotArithmetic();
    return value;
  }

  #take(...texts: string[]): string | undefined {
    const text = this.#tokens[this.#at]?.text;
    if (text === undefined || !texts.includes(text)) return undefined;
    this.#at++;
    return text;
  }

  #sum(): Fraction {
    let value = this.#product();
    for (;;) {
      const operator = this.#take("+", "-");
      if (!operator) return value;
      value = bounded(operator === "+" ? value.add(this.#product()) : value.sub(this.#product()));
    }
  }

  #product(): Fraction {
    let value = this.#signed();
    let divided = false;
    for (;;) {
      const operator = this.#take("*", "/");
      if (!operator && !this.#multipliesSilently()) return value;
      if (!operator && divided) throw new NotArithmetic();
      divided = operator === "/";
      const factor = operator ? this.#signed() : this.#power();
      value = bounded(divided ? value.div(factor) : value.mul(factor));
    }
  }

  /** `7x`, `3(x+1)`, `4m(m+1)`, but not `m(2)`, which may be a function, nor `3 4`. */
  #multipliesSilently(): boolean {
    const [factor, before] = [this.#tokens[this.#at - 2], this.#tokens[this.#at - 1]];
    const next = this.#tokens[this.#at];
    if (next?.text === "(" && before?.name !== undefined) return factor?.number !== undefined;
    return next?.name !== undefined || next?.text === "(";
  }

  #signed(): Fraction {
    this.#enter();
    const sign = this.#take("+", "-");
    const value = sign ? this.#signed() : this.#power();
    this.#depth--;
    return sign === "-" ? value.neg() : value;
  }

  #power(): Fraction {
    const base = this.#operand();
    if (!this.#take("^", "**")) return base;
    const exponent = this.#signed();
    if (exponent.d !== 1n || exponent.n > MAX_EXPONENT) throw new NotArithmetic();
    return bounded(base.pow(exponent) as Fraction);
  }

  #operand(): Fraction {
    const token = this.#tokens[this.#at++];
    let value: Fraction | undefined;
    if (token?.number !== undefined) {
      if (token.number.length > MAX_DIGITS) throw new NotArithmetic();
      value = new Fraction(token.number.replace(/[$,]/g, ""));
    } else if (token?.name !== undefined) {
      value = Object.hasOwn(this.values, token.name) ? this.values[token.name] : undefined;
    } else if (token?.text === "(" || token?.text === "|") {
      this.#enter();
      value = this.#sum();
      this.#depth--;
      if (!this.#take(token.text === "(" ? ")" : "|")) throw new NotArithmetic();
      if (token.text === "|") value = value.abs();
    }
    if (value === undefined) throw new NotArithmetic();
    return this.#take("%") ? value.div(100) : value;
  }

  #enter(): void {
    if (++this.#depth > 2 * MAX_DEPTH) throw new NotArithmetic();
  }
}

function bounded(value: Fraction): Fraction {
  if (value.n > MAX_SIZE || value.d > MAX_SIZE) throw new NotArithmetic();
  return value;
}

const PLACES = 12;
const PLACES_CUT = 3;

/** A value as people write it, in the style of `like`: `2/3`, `0.061`, `22%`; `0.666…` where decimals do not end. */
export function written(value: Fraction, like = ""): string {
  if (like.endsWith("%")) return `${written(value.mul(100))}%`;
  if (like.includes("/")) return value.toFraction();
  if (10n ** BigInt(PLACES) % value.d === 0n) return value.toString(PLACES);
  const cut = value.abs().floor(PLACES_CUT).toString(PLACES_CUT);
  const [whole, decimals = ""] = cut.split(".");
  return `${value.s < 0n ? "-" : ""}${whole}.${decimals.padEnd(PLACES_CUT, "0")}…`;
}
