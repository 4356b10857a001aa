/** From the model's text to what the page shows: worked steps, calculator results, code, the answer. Pure. */

/** A piece of a line: words, or a calculation `<<3*7=21>>`, whose result is missing while it is being written. */
export type Part = { text: string } | { expression: string; result: string | undefined };

export type Block =
  | { kind: "step"; parts: Part[] }
  | { kind: "code"; language: string; text: string }
  | { kind: "answer"; text: string };

/** The blocks of an answer, finished or still growing. A longer text changes only the last block and those after it. */
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

/** Words and calculations of one line. What repeats a calculation beside it (`3*7=<<3*7=21>>21`) is said once. */
export function parseLine(line: string): Part[] {
  const parts: Part[] = [];
  const words = (text: string) => text !== "" && parts.push({ text });
  let rest = line;
  for (;;) {
    const found = /<<([^<>=]*)(?:=([^<>]*)(>>)?)?(>>)?/.exec(rest);
    if (!found) break;
    const [whole, expression, result, closed] = found;
    const open = closed === undefined && found[4] === undefined;
    // An annotation that never closes is words, unless it is the end of what has come so far.
    if (open && found.index + whole.length < rest.length) break;
    words(withoutRepeat(rest.slice(0, found.index), expression!));
    parts.push({ expression: prettyMath(expression!), result: open || !result ? undefined : prettyMath(result) });
    rest = rest.slice(found.index + whole.length);
    if (result && rest.startsWith(result) && !/^[\d.]*\d/.test(rest.slice(result.length))) {
      rest = rest.slice(result.length);
    }
  }
  words(rest);
  return parts;
}

/** `before` without a trailing `expression =`. */
function withoutRepeat(before: string, expression: string): string {
  const bare = (text: string) => text.replace(/[\s$]/g, "");
  const repeat = /([\d.\s$+\-*/()x×]+)=\s*$/.exec(before);
  const same = repeat && bare(repeat[1]!).replace(/[x×]/g, "*") === bare(expression).replace(/[x×]/g, "*");
  return same ? `${before.slice(0, repeat.index)}${/^\s/.test(repeat[1]!) ? " " : ""}` : before;
}

/** Arithmetic as people write it: `3*7` is `3 × 7`, `-2+5` is `−2 + 5`. */
export function prettyMath(expression: string): string {
  return expression
    .replace(/\s+/g, "")
    .replace(/(?<=[\d)%])([+\-*/])/g, " $1 ")
    .replaceAll("*", "×")
    .replaceAll("/", "÷")
    .replaceAll("-", "−");
}
