/** From the model's text to what the page shows: worked steps, calculator results, code, the answer. Pure. */

/** A piece of a line: words, or arithmetic with its result once that is there (`<<3*7=21>>`, or plainly `3*7=21`). */
export type Part = { text: string } | { math: string; result?: string };

export type Block =
  | { kind: "step"; parts: Part[] }
  | { kind: "code"; language: string; text: string }
  | { kind: "answer"; text: string };

/** The blocks of an answer, finished or growing. A longer text changes only the last block and those after it. */
export function parseAnswer(text: string): Block[] {
  const blocks: Block[] = [];
  let code: Extract<Block, { kind: "code" }> | undefined;
  for (const line of text.split("\n")) {
    const fence = /^```\s*(\w*)\s*$/.exec(line);
    if (code) {
      if (fence) code = undefined;
      else code.text += code.text === "" ? line : `\n${line}`;
    } else if (fence) {
      code = { kind: "code", language: fence[1]!, text: "" };
      blocks.push(code);
    } else if (line.startsWith("####")) {
      blocks.push({ kind: "answer", text: line.slice(4).trim() });
    } else if (line.trim() !== "") {
      blocks.push({ kind: "step", parts: parseLine(line.trim()) });
    }
  }
  return blocks;
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
    parts.push({ math: prettyMath(expression!), ...(open || !result ? {} : { result: prettyMath(result) }) });
    rest = open ? "" : after;
    if (result && rest.startsWith(result) && !/^[\d.]*\d/.test(rest.slice(result.length))) {
      rest = rest.slice(result.length);
    }
  }
  return [...parts, ...plainParts(rest)];
}

// Numbers, unknowns of one letter (`7x`, `x`) and operators without spaces, as the model writes its steps: `7*6=42`,
// `7x=61-12=49`. Words with hyphens and lone numbers are not meant.
const OPERAND = String.raw`-?\(?(?:\d+(?:\.\d+)?[a-z]?|[a-z])\)?`;
const ARITHMETIC = new RegExp(String.raw`(?<![\w.<>/])${OPERAND}(?:[-+*/=]${OPERAND})+(?![\w<>/])`, "g");

/** Words and plain arithmetic; the last `=` of a calculation sets its result apart. */
function plainParts(text: string): Part[] {
  const parts: Part[] = [];
  let end = 0;
  for (const { 0: found, index } of text.matchAll(ARITHMETIC)) {
    if (!/\d/.test(found)) continue;
    if (index > end) parts.push({ text: text.slice(end, index) });
    const equals = found.lastIndexOf("=");
    parts.push(
      equals < 0
        ? { math: prettyMath(found) }
        : { math: prettyMath(found.slice(0, equals)), result: prettyMath(found.slice(equals + 1)) },
    );
    end = index + found.length;
  }
  if (end < text.length) parts.push({ text: text.slice(end) });
  return parts;
}

/** `before` without a trailing `expression =`. */
function withoutRepeat(before: string, expression: string): string {
  const bare = (text: string) => text.replace(/[\s$]/g, "");
  const repeat = /([\d.\s$+\-*/()x×]+)=\s*$/.exec(before);
  const same = repeat && bare(repeat[1]!).replace(/[x×]/g, "*") === bare(expression).replace(/[x×]/g, "*");
  return same ? `${before.slice(0, repeat.index)}${/^\s/.test(repeat[1]!) ? " " : ""}` : before;
}

/** Arithmetic as people write it: `3*7` is `3 × 7`, `-2+5` is `−2 + 5`, `7x=61-12` is `7x = 61 − 12`. */
export function prettyMath(expression: string): string {
  return expression
    .replace(/\s+/g, "")
    .replace(/(?<=[\w)%])([-+*/=])/g, " $1 ")
    .replaceAll("*", "×")
    .replaceAll("/", "÷")
    .replaceAll("-", "−");
}
