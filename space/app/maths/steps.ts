/** From the model's text to what the page shows: worked steps, calculations, code, the answer. Pure. */

import { MAX_LENGTH, plain } from "./arithmetic";
import { formulas } from "./formula";

/** Arithmetic with its result once that is there: `<<3*7=21>>`, or plainly `3*7=21`. */
export interface Calculation {
  /** As people write it, `3 × 7`. */
  math: string;
  result?: string;
  /** As the model wrote it, `3*7=21`. */
  source: string;
  /** The model itself put a question mark behind it. */
  doubted?: boolean;
}

/** A piece of a line. */
export type Part = { text: string } | Calculation;

export type Block =
  | { kind: "step"; parts: Part[] }
  | { kind: "code"; language: string; text: string }
  | { kind: "answer"; text: string };

/** The blocks of an answer. */
export function parseAnswer(text: string): readonly Block[] {
  return answerParser()(text);
}

/**
 * A parser for an answer that grows. It keeps what is finished: a longer text changes only the last block and those
 * after it, the others stay the same objects.
 */
export function answerParser(): (text: string) => readonly Block[] {
  let read = "";
  let finished = new Lines();
  return (text) => {
    if (!text.startsWith(read)) [read, finished] = ["", new Lines()];
    const whole = text.lastIndexOf("\n") + 1;
    for (const line of text.slice(read.length, whole).split("\n").slice(0, -1)) finished = finished.with(line);
    if (whole > read.length) read = text.slice(0, whole);
    return whole < text.length ? finished.with(text.slice(whole)).blocks : finished.blocks;
  };
}

/**
 * How many of the `blocks` of `text` are whole. `ended`: the model ended it; elsewhere its last line may lack a part,
 * and what is said there cannot be checked.
 */
export function wholeBlocks(blocks: readonly Block[], text: string, ended: boolean): number {
  return ended || text.endsWith("\n") ? blocks.length : Math.max(0, blocks.length - 1);
}

/** The blocks of the lines so far. */
class Lines {
  constructor(
    readonly blocks: readonly Block[] = [],
    readonly inCode = false,
  ) {}

  with(line: string): Lines {
    const fence = /^```\s*(\w*)\s*$/.exec(line);
    const last = this.blocks.at(-1);
    if (this.inCode && fence) return new Lines(this.blocks);
    if (this.inCode && last?.kind === "code") {
      const text = last.text === "" ? line : `${last.text}\n${line}`;
      return new Lines([...this.blocks.slice(0, -1), { ...last, text }], true);
    }
    if (fence) return new Lines([...this.blocks, { kind: "code", language: fence[1]!, text: "" }], true);
    if (line.trim() === "") return this;
    if (line.startsWith("####")) return new Lines([...this.blocks, { kind: "answer", text: line.slice(4).trim() }]);
    return new Lines([...this.blocks, { kind: "step", parts: parseLine(line.trim()) }]);
  }
}

/** Words and arithmetic of one line. What repeats a calculation beside it (`3*7=<<3*7=21>>21`) is said once. */
export function parseLine(line: string): Part[] {
  const parts: Part[] = [];
  let rest = line;
  for (;;) {
    const found = /<<([^<>=]*)(?:=([^<>]*)(>>)?)?(>>)?/.exec(rest);
    if (!found) break;
    const [whole, expression, result, closed] = found;
    const open = closed === undefined && found[4] === undefined;
    const after = rest.slice(found.index + whole.length);
    // An annotation that never closes is words, unless it is the end of what has come so far.
    if (open && after !== "" && after !== ">") break;
    parts.push(...plainParts(withoutRepeat(rest.slice(0, found.index), expression!)));
    const math = prettyMath(expression!);
    parts.push(
      open || !result
        ? { math, source: expression! }
        : { math, result: prettyMath(result), source: `${expression}=${result}` },
    );
    rest = open ? "" : after;
    if (result && rest.startsWith(result) && !/^[\d.]*\d/.test(rest.slice(result.length))) {
      rest = rest.slice(result.length);
    }
  }
  return [...parts, ...plainParts(rest)];
}

// Behind `17/5=3`, which without it would be wrong.
const REMAINDER = /^ ?(?:r|remainder) ?\d+(?!\w|\.\d)/;

/** Words and plain arithmetic; the last `=` of a calculation sets its result apart. */
function plainParts(text: string): Part[] {
  const parts: Part[] = [];
  let done = 0;
  for (const { start, end } of formulas(text)) {
    if (start > done) parts.push({ text: text.slice(done, start) });
    done = end + (REMAINDER.exec(text.slice(end, end + MAX_LENGTH))?.[0].length ?? 0);
    const source = text.slice(start, done);
    const equals = source.search(/(?<![<>!=])=(?!.*(?<![<>!])=)/);
    parts.push({
      math: prettyMath(equals < 0 ? source : source.slice(0, equals)),
      ...(equals < 0 ? {} : { result: prettyMath(source.slice(equals + 1)) }),
      source,
      ...(text[done] === "?" ? { doubted: true } : {}),
    });
  }
  if (done < text.length) parts.push({ text: text.slice(done) });
  return parts;
}

/** `before` without a trailing `expression =`. */
function withoutRepeat(before: string, expression: string): string {
  const bare = (text: string) => plain(text).replace(/[\s$]/g, "").replaceAll("x", "*");
  const tail = before.slice(-MAX_LENGTH);
  const repeat = /([\d.\s$+\-*/()x×]+)=\s*$/.exec(tail);
  if (!repeat || bare(repeat[1]!) !== bare(expression)) return before;
  return before.slice(0, before.length - tail.length + repeat.index) + (/^\s/.test(repeat[1]!) ? " " : "");
}

const SIGNS: Record<string, string> = { "*": "×", "/": "÷", "-": "−", "<=": "≤", ">=": "≥", "!=": "≠" };
const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** Arithmetic as people write it: `3*7` is `3 × 7`, `-2+5` is `−2 + 5`, `x^2<=61-12` is `x² ≤ 61 − 12`. */
export function prettyMath(expression: string): string {
  return plain(expression)
    .replace(/\s+(?!r(?:emainder)?\b)(?<!\br(?:emainder)?\s+)/g, "")
    .replaceAll("**", "^")
    .replace(/(?<=[\w)%|])(<=|>=|!=|[-+*/=<>])/g, " $1 ")
    .replace(/<=|>=|!=|[-*/]/g, (sign) => SIGNS[sign]!)
    .replace(/\^(\d+)/g, (_, digits: string) => [...digits].map((digit) => SUPERSCRIPTS[Number(digit)]).join(""));
}
